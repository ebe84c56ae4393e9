"""From bytes to text: encodings, byte order marks, and files that are no text at all."""

import codecs
from collections.abc import Iterable, Iterator
from typing import Final

from csvgate.faults import FileFault

_UTF8_MARK: Final = codecs.BOM_UTF8
_FOREIGN: Final = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    ((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "file.encoding", "UTF-32"),
    ((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "file.encoding", "UTF-16"),
    ((b"PK\x03\x04",), "file.not_csv", "a ZIP archive or an Excel workbook"),
    ((b"\xd0\xcf\x11\xe0",), "file.not_csv", "an old Excel workbook"),
    ((b"%PDF-",), "file.not_csv", "a PDF document"),
)
_LONGEST_MARK: Final = 5


def begin(pieces: Iterable[bytes], encoding: str) -> tuple[bytes, Iterator[bytes]]:
    """The byte order mark (empty when there is none) and the rest of the stream.

    Raises FileFault `file.encoding` or `file.not_csv` when the first bytes contradict the contract.
    """
    rest = iter(pieces)
    head = b""
    while len(head) < _LONGEST_MARK and (piece := next(rest, None)) is not None:
        head += piece
    for marks, code, what in _FOREIGN:
        if head.startswith(marks):
            wanted = f"{encoding} text" if code == "file.encoding" else "CSV text"
            raise FileFault(code, f"the file is {what}, by its first bytes; it should be {wanted}")
    if not head.startswith(_UTF8_MARK):
        return b"", _with_head(head, rest)
    if codecs.lookup(encoding).name != "utf-8":
        message = f"the file has the byte order mark of UTF-8; the contract says {encoding}"
        raise FileFault("file.encoding", message)
    return _UTF8_MARK, _with_head(head.removeprefix(_UTF8_MARK), rest)


def _with_head(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def decode(raw: bytes, encoding: str) -> tuple[str, bool]:
    """The text, and whether all bytes were valid; those that are not become lone surrogates, so
    that the cell they are in can be told."""
    try:
        return raw.decode(encoding), True
    except UnicodeDecodeError:
        return raw.decode(encoding, "surrogateescape"), False


def is_damaged(text: str) -> bool:
    """Whether some of its bytes were not valid."""
    return not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text)


def displayable(text: str) -> str:
    """With a replacement character for each byte that was not valid."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
