"""Reads the bytes of the file to check from a path or from standard input."""

import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from csvgate.csv.compression import decompress, is_compressed, most_expanded
from csvgate.csv.compression.workbook_reader import WorkbookReader
from csvgate.validation.faults import FileFault
from csvgate_ops.author.check.output import Unusable

_PIECE_BYTES: Final = 256 * 1024


class Source:
    """The file to read. `path` is None for standard input; `size` is None if it is not known."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.name = "standard input" if path is None else str(path)
        self.size: int | None = None
        self._is_compressed = False
        if path is not None:
            try:
                info = path.stat()
            except OSError as error:
                raise self._unreadable(error) from error
            self.size = info.st_size if stat.S_ISREG(info.st_mode) else None

    def pieces(
        self,
        *,
        max_bytes: int | None = None,
        member: str | None = None,
        report: Callable[[int], None] | None = None,
        workbook: WorkbookReader | None = None,
    ) -> Iterator[bytes]:
        """Yield the decompressed bytes; `report` receives the number of stored bytes of each read,
        `member` is the contract's, and `workbook` reads the file if it is a workbook.

        Raises Unusable when the file cannot be read, and FileFault as in the cloud, where
        `max_bytes` limits both the stored and the decompressed size.
        """
        if max_bytes is not None and self.size is not None and self.size > max_bytes:
            raise _too_large(f"has {self.size} bytes", max_bytes)
        stored = _measured(self._stored(), max_bytes, report)
        return decompress(stored, max_bytes=max_bytes, member=member, workbook=workbook)

    def most_bytes(self, max_bytes: int | None) -> int | None:
        """Return an upper bound of the number of decompressed bytes, or None if the size is not
        known. Call it once `pieces` has yielded something."""
        if self.size is None:
            return None
        return most_expanded(self.size, max_bytes) if self._is_compressed else self.size

    def _stored(self) -> Iterator[bytes]:
        try:
            if self._path is None:
                yield from self._read(sys.stdin.buffer)
                return
            with self._path.open("rb") as file:
                yield from self._read(file)
        except OSError as error:
            raise self._unreadable(error) from error

    def _read(self, file: BinaryIO) -> Iterator[bytes]:
        piece = file.read(_PIECE_BYTES)
        self._is_compressed = is_compressed(piece)
        while piece:
            yield piece
            piece = file.read(_PIECE_BYTES)

    def _unreadable(self, error: OSError) -> Unusable:
        return Unusable(f"cannot read {self.name}: {error.strerror or error}")


def _measured(
    pieces: Iterable[bytes], max_bytes: int | None, report: Callable[[int], None] | None
) -> Iterator[bytes]:
    taken = 0
    for piece in pieces:
        taken += len(piece)
        if max_bytes is not None and taken > max_bytes:
            raise _too_large(f"has more than {max_bytes} bytes", max_bytes)
        if report is not None:
            report(len(piece))
        yield piece


def _too_large(what: str, limit: int) -> FileFault:
    return FileFault("file.too_large", f"the file {what}; the contract allows {limit}")
