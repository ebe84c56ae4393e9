"""Decompresses gzip in bounded memory, whatever the object's name or metadata say."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from csvgate.csv.lines import read_at_least
from csvgate.csv.work import WORK
from csvgate.validation.faults import FileFault

FREE_BYTES: Final = 1024**3
"""A file may expand to this many bytes (1 GiB) if its contract has no limit."""
MAX_RATIO: Final = 250
"""Beyond that, a file may expand to this many times its compressed size. CSV data compresses 3 to
30 times, gzip can reach 1,032 times."""
_NOT_ZERO: Final = re.compile(rb"[^\0]")
_MAGIC: Final = b"\x1f\x8b"
_LAYERS: Final = 2
"""An uploading tool may compress a .gz file once more, for `Content-Encoding: gzip`."""
_GZIP_ONLY: Final = 16 + zlib.MAX_WBITS
_IN_BYTES: Final = 16 * 1024
_FIRST_IN_BYTES: Final = 128
"""Input of the first call for each gzip member after the first. Each further call has twice as
many, up to _IN_BYTES: at the end of a member zlib copies the rest of its input, and a file may have
a member every 20 bytes."""
_OUT_BYTES: Final = 1024 * 1024


def decompress(
    pieces: Iterable[bytes],
    *,
    max_bytes: int | None = None,
    free_bytes: int = FREE_BYTES,
    on_step: Callable[[], None] | None = None,
) -> Iterator[bytes]:
    """Yield the decompressed bytes of a gzip stream, or any other stream unchanged.

    A gzip stream may have several members and may be compressed twice. The result does not depend
    on how the stream is divided into pieces. Raises FileFault `file.gzip_truncated`,
    `file.gzip_corrupt`, and `file.expands_too_far` when there are more than `max_bytes`
    decompressed bytes or, if that is None, more than `free_bytes` and more than MAX_RATIO times the
    compressed bytes read so far. Streams that are not gzip are not limited here.

    `on_step` is called before each step of at most 16 KiB of compressed and 1 MiB of decompressed
    bytes, in each layer, and may raise: the bytes between two pieces of the result can be many.
    """
    for _ in range(_LAYERS):
        pieces = _layer(pieces, max_bytes, free_bytes, on_step or _nothing)
    return iter(pieces)


def is_gzip(head: bytes) -> bool:
    """Return whether `decompress` takes a stream that begins so for gzip."""
    return head.startswith(_MAGIC)


def most_expanded(size: int, max_bytes: int | None) -> int:
    """Return how many bytes `decompress` yields at most for a gzip stream of this size."""
    if max_bytes is not None:
        return max_bytes
    for _ in range(_LAYERS):
        size = max(FREE_BYTES, MAX_RATIO * size)
    return size


def _nothing() -> None:
    pass


def _layer(
    pieces: Iterable[bytes],
    max_bytes: int | None,
    free_bytes: int,
    on_step: Callable[[], None],
) -> Iterator[bytes]:
    head, rest = read_at_least(pieces, len(_MAGIC))
    stream = chain([head], rest)
    if not is_gzip(head):
        yield from stream
        return
    expanded = 0
    for piece, consumed in _expand(_equal_pieces(stream), on_step):
        expanded += len(piece)
        if max_bytes is None:
            if expanded > max(free_bytes, MAX_RATIO * consumed):
                message = (
                    f"the file expands to more than {MAX_RATIO} times its compressed size, which "
                    "CSV data does not do; if the file is right, set the contract's "
                    "`limits.max_bytes`"
                )
                raise FileFault("file.expands_too_far", message)
        elif expanded > max_bytes:
            message = (
                f"the file expands to more than {max_bytes:,} bytes, which is the contract's "
                "`limits.max_bytes`; split the file, or raise the limit"
            )
            raise FileFault("file.expands_too_far", message)
        yield piece


def _equal_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of exactly _IN_BYTES, except for the last."""
    waiting, size = list[bytes](), 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size < _IN_BYTES:
            continue
        data = b"".join(waiting)
        size = len(data) % _IN_BYTES
        complete = len(data) - size
        for start in range(0, complete, _IN_BYTES):
            yield data[start : start + _IN_BYTES]
        waiting = [data[complete:]]
    if size:
        yield b"".join(waiting)


def _expand(pieces: Iterable[bytes], on_step: Callable[[], None]) -> Iterator[tuple[bytes, int]]:
    """Yield decompressed bytes, with the number of compressed bytes read so far."""
    member = zlib.decompressobj(_GZIP_ONLY)
    in_member, members, consumed, step = False, 0, 0, _IN_BYTES
    for piece in pieces:
        at = 0
        consumed += len(piece)
        while at < len(piece):
            if not in_member:
                # Zero bytes may pad the gap between two members and the end of the file.
                found = _NOT_ZERO.search(piece, at)
                if not found:
                    break
                at, in_member = found.start(), True
            on_step()
            data = piece[at : at + step]
            try:
                out = member.decompress(data, _OUT_BYTES)
            except zlib.error:
                raise FileFault("file.gzip_corrupt", _corrupt(members)) from None
            left = member.unused_data if member.eof else member.unconsumed_tail
            WORK.scanned += len(data) + len(left) + len(out)
            at += len(data) - len(left)
            step = min(2 * step, _IN_BYTES)
            if out:
                yield out, consumed
            if member.eof:
                member, in_member, members = zlib.decompressobj(_GZIP_ONLY), False, members + 1
                step = _FIRST_IN_BYTES
    if in_member:
        message = "the file ends before its gzip data does; upload it again"
        raise FileFault("file.gzip_truncated", message)


def _corrupt(members: int) -> str:
    if members:
        return (
            "the file is damaged: what follows its gzip data is not gzip; compress and upload it "
            "again"
        )
    return "the file is damaged: its gzip data cannot be decompressed; upload it again"
