"""Gzip, told by its first bytes whatever an object's name or metadata say; in bounded memory."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from csvgate.csv.encodings import take
from csvgate.validation.faults import FileFault

FREE_BYTES: Final = 1024**3
"""A file may expand to this in any case."""
MOST_TIMES: Final = 250
"""And beyond only to so many times its size. CSV compresses 3 to 30 times, gzip at most 1,032."""
_MAGIC: Final = b"\x1f\x8b"
_LAYERS: Final = 2
"""A .gz file that the uploading tool compresses once more, for `Content-Encoding: gzip`."""
_GZIP_ONLY: Final = 16 + zlib.MAX_WBITS
_IN_BYTES: Final = 16 * 1024
"""What is left of a piece is copied at the end of each member, so a piece must not be long."""
_OUT_BYTES: Final = 1024 * 1024


def decompress(
    pieces: Iterable[bytes],
    *,
    max_bytes: int | None = None,
    free_bytes: int = FREE_BYTES,
) -> Iterator[bytes]:
    """The expanded bytes of a gzip stream, of any number of members, perhaps compressed twice; any
    other stream as it is.

    Raises FileFault `file.gzip_truncated`, `file.gzip_corrupt` and `file.expands_too_far`: past
    `max_bytes` of expanded bytes; when that is None, past `free_bytes` and MOST_TIMES the size of
    what they expand from. A stream that is not gzip is not measured. What comes of a stream does
    not depend on how it is cut into pieces.
    """
    for _ in range(_LAYERS):
        pieces = _layer(pieces, max_bytes, free_bytes)
    return iter(pieces)


def _layer(pieces: Iterable[bytes], max_bytes: int | None, free_bytes: int) -> Iterator[bytes]:
    head, rest = take(pieces, len(_MAGIC))
    stream = chain([head], rest)
    if not head.startswith(_MAGIC):
        yield from stream
        return
    expanded = 0
    for piece, consumed in _expand(_even(stream)):
        expanded += len(piece)
        if max_bytes is None:
            if expanded > max(free_bytes, MOST_TIMES * consumed):
                message = (
                    f"the file expands to more than {MOST_TIMES} times its size, as no CSV does; "
                    "if it is one, the contract's `limits.max_bytes` can allow it"
                )
                raise FileFault("file.expands_too_far", message)
        elif expanded > max_bytes:
            message = f"the file expands to more than the {max_bytes} bytes its contract allows"
            raise FileFault("file.expands_too_far", message)
        yield piece


def _even(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of _IN_BYTES, but for the last."""
    waiting = b""
    for piece in pieces:
        data = waiting + piece if waiting else piece
        whole = len(data) - len(data) % _IN_BYTES
        for start in range(0, whole, _IN_BYTES):
            yield data[start : start + _IN_BYTES]
        waiting = data[whole:]
    if waiting:
        yield waiting


def _expand(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Expanded bytes, and how many bytes went in so far."""
    member = zlib.decompressobj(_GZIP_ONLY)
    begun, members, consumed = False, 0, 0
    for piece in pieces:
        data = piece
        consumed += len(piece)
        while data:
            if not begun:
                # Zeros may pad the end of a file, or the gap between two members.
                data = data.lstrip(b"\0")
                if not data:
                    break
                begun = True
            try:
                out = member.decompress(data, _OUT_BYTES)
            except zlib.error:
                raise FileFault("file.gzip_corrupt", _corrupt(members)) from None
            if out:
                yield out, consumed
            data = member.unused_data if member.eof else member.unconsumed_tail
            if member.eof:
                member, begun, members = zlib.decompressobj(_GZIP_ONLY), False, members + 1
    if begun:
        message = "the file ends in the middle of its gzip compression; upload it again"
        raise FileFault("file.gzip_truncated", message)


def _corrupt(members: int) -> str:
    if members:
        return "the file is damaged: what follows its gzip compression does not decode"
    return "the file is damaged: its gzip compression does not decode; upload it again"
