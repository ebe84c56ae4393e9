"""Reads one member of a zip archive.

The directory of an archive is at its end, so the whole archive is read into a temporary file first.
In Cloud Run, such a file is in memory.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING, Final

from csvgate.csv.compression.faults import corrupt, truncated
from csvgate.csv.compression.members import OUT_BYTES
from csvgate.csv.compression.zip_member import chosen_member, is_workbook
from csvgate.csv.work import WORK
from csvgate.validation.faults import FileFault

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

    from csvgate.csv.compression.workbook_reader import WorkbookReader

MOST_STORED: Final = 512 * 1024 * 1024
"""The largest archive: 512 MiB. An upload takes 620 MiB besides, of the 2 GiB that the function
has."""
_IN_MEMORY: Final = 1024 * 1024
"""Smaller archives (1 MiB) are not written to a file."""
_MOST_READ: Final = 1024 * 1024
"""The largest part of an archive that is read at once: the directory, which has 46 bytes and a name
for each member. It is examined as a whole, in up to 20 times its size."""
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_MOST_END: Final = _END_BYTES + 65_535
"""The end of the directory, with the longest comment."""


def expand_zip(
    pieces: Iterable[bytes],
    member: str | None,
    on_step: Callable[[], None],
    workbook: "WorkbookReader | None" = None,
) -> Iterator[tuple[bytes, int]]:
    """Yield the decompressed bytes of the one member whose name the pattern `member` matches (of
    the only one without a pattern), or the CSV that `workbook` makes of a workbook, with the number
    of bytes of the archive.

    Raises FileFault `file.zip_member`, `file.zip_encrypted`, `file.zip_method`,
    `file.zip_too_large`, `file.not_csv` for other documents (and workbooks, if `workbook` is None),
    and like the other kinds.
    """
    # Imported here, so that a function that reads no such file does not wait for it.
    from tempfile import SpooledTemporaryFile

    with SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        size = 0
        for piece in pieces:
            on_step()
            size += len(piece)
            WORK.scanned += len(piece)
            if size > MOST_STORED:
                raise _too_large("has more than 512 MiB")
            spool.write(piece)
        archive = _open(_Bounded(spool, size, on_step))
        if workbook is not None and is_workbook(archive, member):
            expanded = workbook.expand(archive, on_step)
        else:
            expanded = _read(archive, chosen_member(archive, member), on_step)
        yield from ((out, size) for out in expanded)


def _open(file: "_Bounded") -> "ZipFile":
    import struct
    from zipfile import BadZipFile, ZipFile

    try:
        return ZipFile(file)
    except BadZipFile:
        raise (corrupt("zip") if file.has_end() else truncated("zip")) from None
    except (struct.error, ValueError, NotImplementedError, EOFError):
        raise corrupt("zip") from None


def _read(archive: "ZipFile", info: "ZipInfo", on_step: Callable[[], None]) -> Iterator[bytes]:
    import struct
    import zlib
    from zipfile import BadZipFile

    # NotImplementedError is a RuntimeError.
    failures = (BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError)
    try:
        member = archive.open(info)
    except failures:
        raise corrupt("zip") from None
    with member:
        while True:
            on_step()
            try:
                out = member.read(OUT_BYTES)
            except failures:
                raise corrupt("zip") from None
            if not out:
                return
            WORK.scanned += len(out)
            yield out


def _too_large(what: str) -> FileFault:
    message = (
        f"the zip archive {what}, which is the most that is read of one; compress the file with "
        "gzip or zstd, which have no limit of their own"
    )
    return FileFault("file.zip_too_large", message)


class _Bounded(io.RawIOBase):
    """A file of which only small parts can be read at once, and only within its size: an archive
    can declare a directory of any size, at any place."""

    def __init__(self, file: IO[bytes], size: int, on_step: Callable[[], None]) -> None:
        self._file = file
        self._size = size
        self._on_step = on_step

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            # The library reads the end of the file, which has the end of the directory.
            size = _MOST_READ
        if size > _MOST_READ:
            raise _too_large("has a directory of more than 1 MiB, or 20,000 members")
        self._on_step()
        data = self._file.read(size)
        WORK.scanned += len(data)
        return data

    def has_end(self) -> bool:
        """Return whether the end of the directory is there, perhaps with a comment after it."""
        self.seek(max(0, self._size - _MOST_END))
        end = self.read()
        return 0 <= end.rfind(_END) <= len(end) - _END_BYTES

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = (0, self._file.tell(), self._size)[whence]
        if not 0 <= start + offset <= self._size:
            # The library expects an OSError if it looks for the end of a shorter file.
            raise OSError if whence == io.SEEK_END else ValueError
        return self._file.seek(start + offset)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True
