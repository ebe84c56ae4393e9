"""Decompresses Zstandard (zstd) with the codec in pyarrow, which has a limit of 128 MiB on how far
back the data may refer."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from csvgate.csv.compression.faults import corrupt, needs_memory, truncated
from csvgate.csv.compression.members import OUT_BYTES
from csvgate.csv.work import WORK
from csvgate.validation.faults import FileFault

_IN_BYTES: Final = 64 * 1024
"""What pyarrow asks for at a time."""


def expand_zstd(
    pieces: Iterable[bytes], on_step: Callable[[], None]
) -> Iterator[tuple[bytes, int]]:
    """Yield decompressed bytes, with the number of compressed bytes read so far. Raises FileFault
    `file.compressed_truncated`, `file.compressed_corrupt` and `file.compressed_memory`."""
    # Imported here, so that a function that reads no such file does not wait for it.
    import pyarrow

    source = _Source(pieces, on_step)
    with pyarrow.CompressedInputStream(pyarrow.PythonFile(source, mode="r"), "zstd") as stream:
        while True:
            on_step()
            try:
                out = stream.read(OUT_BYTES)
            except OSError as error:
                if source.failure is not None:
                    raise source.failure from None
                raise _zstd_fault(error) from None
            if not out:
                return
            WORK.scanned += len(out)
            yield out, source.consumed


class _Source:
    """A file that pyarrow reads: the compressed pieces."""

    closed = False

    def __init__(self, pieces: Iterable[bytes], on_step: Callable[[], None]) -> None:
        self._rest = _parts(pieces)
        self._on_step = on_step
        self._left = b""
        self.consumed = 0
        self.failure: OSError | None = None
        """What reading raised. Other exceptions pass through pyarrow unchanged, but this kind could
        be mistaken for an error of its own."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end."""
        self._on_step()
        try:
            data = self._left or next(self._rest, b"")
        except OSError as error:
            self.failure = error
            raise
        self._left = data[size:]
        data = data[:size]
        self.consumed += len(data)
        WORK.scanned += len(data) + len(self._left)
        return data

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in parts of at most _IN_BYTES, none of them empty."""
    for piece in pieces:
        for start in range(0, len(piece), _IN_BYTES):
            yield piece[start : start + _IN_BYTES]


def _zstd_fault(error: OSError) -> FileFault:
    """Return what pyarrow means. It has one class of exceptions for everything."""
    words = str(error)
    if "Truncated" in words:
        return truncated("zstd")
    if "too much memory" in words:
        return needs_memory("zstd", "without `--long`")
    return corrupt("zstd")
