"""Gzip, told by its first bytes whatever an object's name or metadata say; in bounded memory."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from csvgate.faults import FileFault

_MAGIC: Final = b"\x1f\x8b"
_GZIP_ONLY: Final = 16 + zlib.MAX_WBITS
_IN_BYTES: Final = 16 * 1024
"""What is left of a piece is copied at the end of each member, so a piece must not be long."""
_OUT_BYTES: Final = 1024 * 1024


def decompress(pieces: Iterable[bytes], *, max_bytes: int | None = None) -> Iterator[bytes]:
    """The expanded bytes of a gzip stream, of any number of members; any other stream as it is.

    Raises FileFault `file.gzip_truncated`, `file.gzip_corrupt` and, past `max_bytes` of expanded
    bytes, `file.expands_too_far`. A stream that is not gzip is not measured.
    """
    rest = iter(pieces)
    head = b""
    while len(head) < len(_MAGIC) and (piece := next(rest, None)) is not None:
        head += piece
    if not head.startswith(_MAGIC):
        yield head
        yield from rest
        return
    expanded = 0
    for piece in _expand(_small(head, rest)):
        expanded += len(piece)
        if max_bytes is not None and expanded > max_bytes:
            message = f"the file expands to more than the {max_bytes} bytes its contract allows"
            raise FileFault("file.expands_too_far", message)
        yield piece


def _small(head: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    for piece in chain([head], rest):
        for start in range(0, len(piece), _IN_BYTES):
            yield piece[start : start + _IN_BYTES]


def _expand(pieces: Iterable[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(_GZIP_ONLY)
    begun = False
    for piece in pieces:
        data = piece
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
                message = "the file is damaged: its gzip compression does not decode"
                raise FileFault("file.gzip_corrupt", message) from None
            if out:
                yield out
            data = member.unused_data if member.eof else member.unconsumed_tail
            if member.eof:
                member, begun = zlib.decompressobj(_GZIP_ONLY), False
    if begun:
        message = "the file ends in the middle of its gzip compression; upload it again"
        raise FileFault("file.gzip_truncated", message)
