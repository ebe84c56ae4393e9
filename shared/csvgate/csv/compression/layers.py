"""Decompresses up to two layers of compression, within limits."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from csvgate.csv.compression.kinds import HEAD_BYTES, ZIP, Kind, kind_of
from csvgate.csv.lines import read_at_least
from csvgate.validation.faults import FileFault

if TYPE_CHECKING:
    from csvgate.csv.compression.workbook_reader import WorkbookReader

__all__ = ["HEAD_BYTES", "decompress", "is_compressed", "most_expanded"]

FREE_BYTES: Final = 1024**3
"""A file may expand to this many bytes (1 GiB) if its contract has no limit."""
MAX_RATIO: Final = 250
"""Beyond that, a file may expand to this many times its compressed size. CSV data compresses 3 to
30 times, gzip can reach 1,032 times, and the other kinds far more."""
_LAYERS: Final = 2
"""An uploading tool may compress a .gz file once more, for `Content-Encoding: gzip`."""


def decompress(
    pieces: Iterable[bytes],
    *,
    max_bytes: int | None = None,
    member: str | None = None,
    free_bytes: int = FREE_BYTES,
    on_step: Callable[[], None] | None = None,
    workbook: "WorkbookReader | None" = None,
) -> Iterator[bytes]:
    """Yield the decompressed bytes of a stream in one of the KINDS, or any other stream unchanged.

    A stream may have several parts, each compressed on its own, and may be compressed twice. A zip
    archive has a single file, or a single one whose name the pattern `member` matches. The result
    does not depend on how the stream is divided into pieces. An Excel workbook becomes the CSV that
    `workbook` makes of it; without that it is refused.

    Raises FileFault `file.gzip_truncated` and `file.gzip_corrupt` for gzip,
    `file.compressed_truncated`, `file.compressed_corrupt` and `file.compressed_memory` for the
    other kinds, and the faults `file.zip_…` for zip archives. Raises `file.expands_too_far` when
    there are more than `max_bytes` decompressed bytes or, if that is None, more than `free_bytes`
    and more than MAX_RATIO times the compressed bytes read so far. Streams that are not compressed
    are not limited here.

    `on_step` is called before each step of at most 1 MiB of compressed and 1 MiB of decompressed
    bytes, in each layer, and may raise: the bytes between two pieces of the result can be many.
    """
    layers = _Layers(max_bytes, member, free_bytes, on_step or _nothing, workbook)
    for _ in range(_LAYERS):
        pieces = layers.layer(pieces)
    return iter(pieces)


def is_compressed(head: bytes) -> bool:
    """Return whether `decompress` changes a stream that begins so. `head` has HEAD_BYTES or more,
    unless the stream ends before."""
    return kind_of(head) is not None


def most_expanded(size: int, max_bytes: int | None) -> int:
    """Return how many bytes `decompress` yields at most for a compressed stream of this size."""
    if max_bytes is not None:
        return max_bytes
    for _ in range(_LAYERS):
        size = max(FREE_BYTES, MAX_RATIO * size)
    return size


def _nothing() -> None:
    pass


class _Layers:
    """The layers of one stream. Only one of them may be a zip archive, because each is held in a
    temporary file."""

    def __init__(
        self,
        max_bytes: int | None,
        member: str | None,
        free_bytes: int,
        on_step: Callable[[], None],
        workbook: "WorkbookReader | None",
    ) -> None:
        self._max_bytes = max_bytes
        self._member = member
        self._free_bytes = free_bytes
        self._on_step = on_step
        self._workbook = workbook
        self._has_zip = False

    def layer(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the bytes without their outermost compression."""
        head, rest = read_at_least(pieces, HEAD_BYTES)
        stream = chain([head], rest)
        kind = kind_of(head)
        if kind is None or (kind is ZIP and self._has_zip):
            yield from stream
            return
        self._has_zip = self._has_zip or kind is ZIP
        yield from self._limited(kind, stream)

    def _limited(self, kind: Kind, stream: Iterator[bytes]) -> Iterator[bytes]:
        expanded, limit = 0, self._max_bytes
        pieces = kind.expand(stream, self._member, self._on_step, self._workbook)
        for piece, consumed in pieces:
            expanded += len(piece)
            if limit is None:
                if expanded > max(self._free_bytes, MAX_RATIO * consumed):
                    raise FileFault(
                        "file.expands_too_far",
                        f"the file expands to more than {MAX_RATIO} times its compressed size, "
                        "which CSV data does not do; if the file is right, set the contract's "
                        "`limits.max_bytes`",
                    )
            elif expanded > limit:
                raise FileFault(
                    "file.expands_too_far",
                    f"the file expands to more than {limit:,} bytes, which is the contract's "
                    "`limits.max_bytes`; split the file, or raise the limit",
                )
            yield piece
