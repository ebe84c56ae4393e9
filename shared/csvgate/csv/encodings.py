"""Converts every encoding to UTF-8 on the way in, and back to the original for the reject file.

Inside the engine all bytes are UTF-8. Bytes that are not a character in the file's encoding (one
that Windows-1252 does not assign, half a surrogate pair of UTF-16) become bytes that are not valid
UTF-8 either. So the cell that contains them can be reported, and the reject file can restore them.

Characters that an encoding of several bytes has twice (the ≒ of Shift-JIS) are the same character
in the reject file, but perhaps not the same bytes.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Final

from csvgate.contracts.encoding_names import codec_name
from csvgate.contracts.model import Encoding
from csvgate.csv.lines import read_at_least
from csvgate.csv.work import WORK
from csvgate.validation.faults import FileFault

WINDOW: Final = 1024 * 1024
"""Bytes, from the first that is not ASCII, that decide between UTF-8 and another encoding."""
_UTF16: Final = ("utf-16-le", "utf-16-be")
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
UTF8_CHARACTER: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
    rb"|[\xf1-\xf3][\x80-\xbf]{3}"
)
"""A UTF-8 character of several bytes. Text in another encoding hardly ever contains one."""
_SHARED: Final = b"\xc2"
"""The first byte in UTF-8 of the characters from U+0080 to U+00BF. The first 32 are control
characters in Latin-1, in whose place Windows-1252 has others."""
_OF_WINDOWS: Final = {
    byte: bytes((byte,)).decode("cp1252", "surrogateescape").encode("utf-8", "surrogateescape")
    for byte in range(0x80, 0xC0)
}
"""The UTF-8 of these characters in Windows-1252, by their byte; that byte itself if it has none."""
_FEW: Final = 1000
"""Bytes of a piece for each such character. With fewer of these characters, correcting them is
faster than converting each byte by a table."""
_UTF8_WORD: Final = re.compile(
    rb"(?<![\x80-\xff])(?:%b)++(?![\x80-\xff])" % UTF8_CHARACTER.pattern, re.DOTALL
)
"""Such characters between ASCII. In Cyrillic, Greek or Hebrew text, two letters or a letter and a
quotation mark may look like one of them, but rarely a whole word."""
_NOT_TEXT: Final = re.compile("[\x80-\x9f\udc80-\udcff]")
"""Control characters, and what stands for bytes that are not assigned."""
_WESTERN: Final = ("iso8859-1", "cp1252")
"""Encodings of which all unassigned bytes are below 0xC0, so that these bytes are not valid in
UTF-8, whatever follows them. A UTF-8 character is never part of a word in them."""


def codec_names(encoding: Encoding) -> tuple[str, ...]:
    """Return Python's names of a contract's encodings, as in `encoding_names`."""
    names = (encoding,) if isinstance(encoding, str) else encoding
    return tuple(codec_name(name) or name for name in names)


def encoding_label(encoding: Encoding) -> str:
    """Return a contract's encodings as the contract spells them, for messages."""
    return encoding if isinstance(encoding, str) else " or ".join(encoding)


class ByteOrderMark(bytes):
    """A file's byte order mark, possibly empty, and the file's encoding, so that the reject file
    can repeat the mark and continue in that encoding."""

    encoding: str
    """UTF-8 for a file that may be in one of two encodings, until a byte shows that it is in the
    other. Until then all bytes are ASCII, which is the same in both."""
    message_encoding: str
    """The encoding whose characters csvgate's own words may use in the reject file. For a file that
    may be in one of two encodings it is ASCII, so that the words do not depend on how far the file
    has been read."""

    def __new__(
        cls, mark: bytes = b"", encoding: str = "utf-8", message_encoding: str = ""
    ) -> "ByteOrderMark":
        made = super().__new__(cls, mark)
        made.encoding = encoding
        made.message_encoding = message_encoding or encoding
        return made

    @staticmethod
    def of(mark: bytes) -> "ByteOrderMark":
        """Return the mark itself; other bytes are taken as the mark of a UTF-8 file."""
        return mark if isinstance(mark, ByteOrderMark) else ByteOrderMark(mark)

    def to_file_encoding(self, raw: bytes) -> bytes:
        """Convert the engine's UTF-8 to the bytes that the file has."""
        if self.encoding == "utf-8" or (raw.isascii() and self.encoding not in _UTF16):
            return raw
        if self.encoding in _WESTERN:
            return raw.decode("utf-8", "surrogateescape").encode(self.encoding, "surrogateescape")
        errors = "surrogatepass" if self.encoding in _UTF16 else "surrogateescape"
        return raw.decode("utf-8", "surrogatepass").encode(self.encoding, errors)

    def message_bytes(self, text: str) -> bytes:
        """Return csvgate's own words as UTF-8, with ? for characters that the file's encoding does
        not have."""
        if text.isascii():
            return text.encode()
        return text.encode(self.message_encoding, "replace").decode(self.message_encoding).encode()


def without_partial_character(raw: bytes) -> bytes:
    """Remove the beginning of a UTF-8 character at the end, if the rest of it is missing."""
    for back in range(1, min(3, len(raw)) + 1):
        byte = raw[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return raw[:-back] if back < length else raw
    return raw


def to_utf8(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Convert a stream to UTF-8. `encoding` is one of the names of `codec_names`, but not utf-16.

    Raises FileFault `file.text_truncated` if UTF-16 has an odd number of bytes.
    """
    if encoding == "utf-8":
        return iter(pieces)
    if encoding in _UTF16:
        return _from_utf16(pieces, encoding)
    return _from_bytes(pieces, encoding) if encoding in _WESTERN else _from_codec(pieces, encoding)


def _from_bytes(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Convert an encoding of one byte per character. Unassigned bytes are kept: in UTF-8 each of
    them could only continue a character, and none is begun, so they stay invalid.

    Windows-1252 is converted as Latin-1, in half the time, and then corrected where it differs. If
    a piece needs many corrections, the pieces after it are converted by the table of Windows-1252.
    """
    by_table = encoding != "cp1252"
    for piece in pieces:
        WORK.scanned += len(piece)
        if piece.isascii():
            yield piece
        elif by_table:
            yield piece.decode(encoding, "surrogateescape").encode("utf-8", "surrogateescape")
        else:
            parts = piece.decode("iso8859-1").encode().split(_SHARED)
            by_table = len(parts) > 1 + len(piece) // _FEW
            for at, part in enumerate(parts[1:], 1):
                parts[at] = _OF_WINDOWS[part[0]] + part[1:]
            yield b"".join(parts)


def _from_codec(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Convert any superset of ASCII. Each byte that is not part of a character becomes the UTF-8 of
    a lone surrogate, which is not valid: the byte itself could form a character with the next."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    is_between = True
    for piece in pieces:
        WORK.scanned += len(piece)
        if is_between and piece.isascii():
            yield piece
            continue
        yield decoder.decode(piece).encode("utf-8", "surrogatepass")
        is_between = not decoder.getstate()[0]
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def _from_utf16(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    odd = b""
    for piece in pieces:
        WORK.scanned += len(piece)
        data = odd + piece
        even = len(data) & ~1
        odd = data[even:]
        yield decoder.decode(data[:even]).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    if odd:
        message = "the file ends in the middle of a UTF-16 character; upload it again"
        raise FileFault("file.text_truncated", message)


def from_utf8_or(other: str, pieces: Iterable[bytes], mark: ByteOrderMark) -> Iterator[bytes]:
    """Convert a stream that is in UTF-8 or in another superset of ASCII, and set `mark.encoding`
    once the content shows which.

    It is the other encoding only if the WINDOW of bytes from the first that is not ASCII contains
    neither a UTF-8 character (in other alphabets than the Latin one, a word of such characters) nor
    a byte that is unlikely in the other. So a file in UTF-8 with a few damaged bytes is still read
    as UTF-8. The result does not depend on how the stream is divided into pieces.
    """
    rest = iter(pieces)
    for piece in rest:
        WORK.scanned += len(piece)
        found = _NOT_ASCII.search(piece)
        if not found:
            yield piece
            continue
        yield piece[: found.start()]
        window, behind = read_at_least(chain([piece[found.start() :]], rest), WINDOW)
        sample = window[:WINDOW]
        utf8 = UTF8_CHARACTER if other in _WESTERN else _UTF8_WORD
        if not utf8.search(sample) and not unlikely_bytes(other).search(sample):
            mark.encoding = other
        yield from to_utf8(chain([window], behind), mark.encoding)
        return


@cache
def unlikely_bytes(encoding: str) -> re.Pattern[bytes]:
    """Return an expression for the bytes that text in an encoding of single bytes does not contain:
    those that are not assigned, and control characters."""
    high = bytes(range(0x80, 0x100))
    text = high.decode(encoding, "surrogateescape")
    found = bytes(byte for byte, char in zip(high, text, strict=True) if _NOT_TEXT.match(char))
    return re.compile(b"[%b]" % re.escape(found) if found else b"(?!)")
