"""From bytes to text: byte order marks, encodings, and what a reader gets to see of damage."""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from csvgate.contracts.model import Encoding
from csvgate.csv.encodings import ByteOrderMark, canonical, either, spoken, take, to_utf8
from csvgate.csv.signatures import refuse_foreign, utf16_without_mark
from csvgate.validation.faults import FileFault

_HEAD_BYTES: Final = 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def begin(pieces: Iterable[bytes], encoding: Encoding) -> tuple[ByteOrderMark, Iterator[bytes]]:
    """The byte order mark (empty when there is none) and the rest of the stream, in UTF-8.

    A mark decides, whatever the contract says; without one the contract does. Raises FileFault
    `file.encoding` or `file.not_csv` when the first bytes are of something else, and when read on
    what `to_utf8` raises.
    """
    head, rest = take(pieces, _HEAD_BYTES)
    refuse_foreign(head)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return ByteOrderMark(mark, name), to_utf8(chain([head[len(mark) :]], rest), name)
    names = canonical(encoding)
    _contradict(head, names, encoding)
    stream = chain([head], rest)
    if len(names) == 1:
        return ByteOrderMark(b"", names[0]), to_utf8(stream, names[0])
    undecided = ByteOrderMark(b"", "utf-8", own_words="ascii")
    return undecided, either(stream, undecided, next(name for name in names if name != "utf-8"))


def _contradict(head: bytes, names: tuple[str, ...], encoding: Encoding) -> None:
    """Raises FileFault where the zero bytes at the start are not those of the encoding."""
    found = utf16_without_mark(head)
    message = None
    if found and found not in names:
        message = f"the file seems to be in {found}, without a byte order mark"
    elif names == ("utf-16",) and head:
        message = "the file has no byte order mark"
    elif names[0].startswith("utf-16") and head and b"\0" not in head:
        message = "the file has no zero bytes at its start, as any CSV in UTF-16 has"
    if message:
        remedy = "save it with a mark or as UTF-8, or change the contract's `encoding`"
        raise FileFault("file.encoding", f"{message}; expected {spoken(encoding)}: {remedy}")


def decode(raw: bytes, encoding: str = "utf-8") -> tuple[str, bool]:
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
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
