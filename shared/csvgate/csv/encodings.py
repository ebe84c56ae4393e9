"""Every encoding becomes UTF-8 on the way in, and what it was again in the reject file.

Inside the engine all bytes are UTF-8. What is no character of the file's encoding (a byte that
Windows-1252 does not have, half a surrogate pair of UTF-16) becomes bytes that are not UTF-8
either: so the cell they are in can be told, and the reject file can have them back as they were.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from csvgate.contracts.model import Encoding
from csvgate.validation.faults import FileFault

WINDOW: Final = 1024 * 1024
"""Bytes that decide between UTF-8 and another encoding, from the first that is not ASCII on."""
_UTF16: Final = ("utf-16-le", "utf-16-be")
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
_UTF8: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
    rb"|[\xf1-\xf3][\x80-\xbf]{3}"
)
"""A character of more than one byte. In a text of another encoding these hardly ever occur."""
_UNLIKELY: Final = {
    "cp1252": re.compile(rb"[\x81\x8d\x8f\x90\x9d]"),  # it has no such characters
    "iso8859-1": re.compile(rb"[\x80-\x9f]"),  # control characters, which no text has
}


def canonical(encoding: Encoding) -> tuple[str, ...]:
    """Python's names: utf-8, utf-16, utf-16-le, utf-16-be, iso8859-1, cp1252."""
    names = (encoding,) if isinstance(encoding, str) else encoding
    return tuple(codecs.lookup(name).name for name in names)


def spoken(encoding: Encoding) -> str:
    """As the contract spells it, in words."""
    return encoding if isinstance(encoding, str) else " or ".join(encoding)


class ByteOrderMark(bytes):
    """A file's byte order mark, or nothing. It also knows the file's encoding, so that who repeats
    the mark (the reject file) can go on in the encoding that it announces."""

    encoding: str
    """Of a file that may be in one of two, UTF-8 until a byte has told. By then all was ASCII."""
    own_words: str
    """For what is not from the file. Of one of two encodings, what both have: ASCII; so that they
    do not depend on how far the file has been read."""

    def __new__(
        cls, mark: bytes = b"", encoding: str = "utf-8", own_words: str = ""
    ) -> "ByteOrderMark":
        made = super().__new__(cls, mark)
        made.encoding = encoding
        made.own_words = own_words or encoding
        return made

    @staticmethod
    def of(mark: bytes) -> "ByteOrderMark":
        """The mark itself; bytes that know no encoding are of UTF-8."""
        return mark if isinstance(mark, ByteOrderMark) else ByteOrderMark(mark)

    def original(self, raw: bytes) -> bytes:
        """UTF-8 of the engine, as it was in the file."""
        if self.encoding == "utf-8" or (raw.isascii() and self.encoding not in _UTF16):
            return raw
        errors = "surrogatepass" if self.encoding in _UTF16 else "surrogateescape"
        return raw.decode("utf-8", errors).encode(self.encoding, errors)

    def spelt(self, text: str) -> bytes:
        """Words that are not from the file, in UTF-8, with ? for what its encoding lacks."""
        if text.isascii():
            return text.encode()
        return text.encode(self.own_words, "replace").decode(self.own_words).encode()


def whole_characters(raw: bytes) -> bytes:
    """Without a last character of UTF-8 of which only the beginning is there."""
    for back in range(1, min(3, len(raw)) + 1):
        byte = raw[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return raw[:-back] if back < length else raw
    return raw


def to_utf8(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The stream in UTF-8, from one of the canonical names.

    Raises FileFault `file.text_truncated` where UTF-16 has an odd number of bytes.
    """
    if encoding == "utf-8":
        return iter(pieces)
    return _from_utf16(pieces, encoding) if encoding in _UTF16 else _from_bytes(pieces, encoding)


def _from_bytes(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Bytes without a character stay: all are such as continue a character of UTF-8, and there is
    none here for them to continue."""
    for piece in pieces:
        if piece.isascii():
            yield piece
        else:
            yield piece.decode(encoding, "surrogateescape").encode("utf-8", "surrogateescape")


def _from_utf16(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    odd = b""
    for piece in pieces:
        data = odd + piece
        even = len(data) & ~1
        odd = data[even:]
        yield decoder.decode(data[:even]).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    if odd:
        message = "the file ends in the middle of a character of UTF-16; upload it again"
        raise FileFault("file.text_truncated", message)


def either(pieces: Iterable[bytes], mark: ByteOrderMark, other: str) -> Iterator[bytes]:
    """The stream in UTF-8, from UTF-8 or from another encoding in which ASCII is ASCII, whichever
    the file proves to be in; tells `mark`.

    It is in the other only if, in WINDOW bytes from the first that is not ASCII on, nothing is a
    character of UTF-8, and nothing makes the other unlikely. So a file of UTF-8 with some damage
    stays one. It does not depend on how the stream is cut into pieces.
    """
    rest = iter(pieces)
    for piece in rest:
        found = _NOT_ASCII.search(piece)
        if not found:
            yield piece
            continue
        yield piece[: found.start()]
        window, behind = take(chain([piece[found.start() :]], rest), WINDOW)
        sample = window[:WINDOW]
        if not _UTF8.search(sample) and not _UNLIKELY[other].search(sample):
            mark.encoding = other
        yield from to_utf8(chain([window], behind), mark.encoding)
        return


def take(pieces: Iterable[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """At least so many bytes, or all there are; and the rest."""
    rest = iter(pieces)
    taken, length = list[bytes](), 0
    while length < size and (piece := next(rest, None)) is not None:
        taken.append(piece)
        length += len(piece)
    return b"".join(taken), rest
