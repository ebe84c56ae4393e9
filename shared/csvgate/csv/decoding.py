"""Opens a file's bytes as UTF-8 text: detects the encoding, and refuses files that are not CSV."""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from csvgate.contracts.model import Encoding
from csvgate.csv.encodings import (
    ByteOrderMark,
    codec_names,
    encoding_label,
    from_utf8_or,
    to_utf8,
)
from csvgate.csv.lines import read_at_least
from csvgate.csv.signatures import HEAD_BYTES, signature_of
from csvgate.validation.faults import FileFault

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_DAMAGED: Final = re.compile("[\udc80-\udcff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def open_text(pieces: Iterable[bytes], encoding: Encoding) -> tuple[ByteOrderMark, Iterator[bytes]]:
    """Return the byte order mark (empty if there is none) and the rest of the stream in UTF-8.

    A byte order mark takes precedence over the contract's `encoding`. Raises FileFault
    `file.encoding` or `file.not_csv` at once if the first bytes show something else; reading the
    stream raises what `to_utf8` raises.
    """
    head, rest = read_at_least(pieces, HEAD_BYTES)
    _require_csv(head)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return ByteOrderMark(mark, name), to_utf8(chain([head[len(mark) :]], rest), name)
    names = codec_names(encoding)
    _require_encoding(head, names, encoding)
    stream = chain([head], rest)
    if len(names) == 1:
        return ByteOrderMark(b"", names[0]), to_utf8(stream, names[0])
    undecided = ByteOrderMark(b"", "utf-8", message_encoding="ascii")
    other = next(name for name in names if name != "utf-8")
    return undecided, from_utf8_or(other, stream, undecided)


def _require_csv(head: bytes) -> None:
    """Raise FileFault `file.not_csv`, or `file.encoding` for UTF-32, going by the first bytes."""
    if head.startswith(_UTF32):
        message = "the file is in UTF-32 (by its byte order mark), which is not supported"
        raise FileFault("file.encoding", f"{message}; save it as UTF-8")
    if found := signature_of(head):
        raise FileFault("file.not_csv", found.message)


def _require_encoding(head: bytes, names: tuple[str, ...], encoding: Encoding) -> None:
    """Raise FileFault if the zero bytes at the start contradict the contract's encoding."""
    found = _utf16_without_mark(head)
    message = None
    if found and found not in names:
        message = f"the file seems to be in {found} without a byte order mark"
    elif names == ("utf-16",) and head:
        message = "the file has no byte order mark"
    elif names[0].startswith("utf-16") and head and b"\0" not in head:
        message = "the file has no zero bytes at its start, unlike CSV text in UTF-16"
    if message:
        raise FileFault(
            "file.encoding",
            f"{message}, but the contract expects {encoding_label(encoding)}; save the file with "
            "a byte order mark or as UTF-8, or change the contract's `encoding`",
        )


def _utf16_without_mark(head: bytes) -> str | None:
    """Return utf-16-le or utf-16-be if the first two characters are ASCII in that encoding."""
    first = head[:4]
    if len(first) == 4 and all(first[::2]) and not any(first[1::2]):
        return "utf-16-le"
    if len(first) == 4 and all(first[1::2]) and not any(first[::2]):
        return "utf-16-be"
    return None


def decode(raw: bytes) -> tuple[str, bool]:
    """Decode UTF-8; return the text, and whether all bytes were valid. Each invalid byte becomes a
    lone surrogate, so that the cell that contains it can be found."""
    try:
        return raw.decode("utf-8"), True
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape"), False


def is_damaged(text: str) -> bool:
    """Return whether some bytes of a text from `decode` were invalid."""
    return not text.isascii() and _DAMAGED.search(text) is not None


def displayable(text: str) -> str:
    """Return a text from `decode` with a replacement character for each invalid byte."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
