"""The members of a workbook's archive, with limits on their size."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from csvgate.csv.compression.faults import corrupt
from csvgate.csv.compression.zip_member import ENCRYPTED, METHODS
from csvgate.csv.workbook.faults import damaged, too_large
from csvgate.csv.workbook.parts import PartReader

if TYPE_CHECKING:
    from zipfile import ZipFile

MOST_SHEET: Final = 1024**3
"""The largest sheet: 1 GiB of XML, which a sheet of a million rows and 20 columns may have."""
_MOST_OTHER: Final = 256 * 1024 * 1024
"""The largest of the other parts: 256 MiB of XML. What is kept of them has limits of its own."""
_FREE: Final = 16 * 1024 * 1024
"""The largest part whose ratio does not matter (16 MiB)."""
_MOST_RATIO: Final = 250
"""A larger part may have 250 times its compressed size. Sheets have 5 to 50 times; a megabyte of
repeated tags could take minutes."""


class Members:
    """The members of an archive. The library never yields more bytes of a member than the archive
    declares for it, and then compares the checksum."""

    def __init__(self, archive: "ZipFile", on_step: Callable[[], None]) -> None:
        self._archive = archive
        self._on_step = on_step

    def read_all(self, name: str, reader: PartReader) -> None:
        """Read a part to its end."""
        for _ in self.read(name, reader, _MOST_OTHER):
            pass

    def read(self, name: str, reader: PartReader, most: int = MOST_SHEET) -> Iterator[None]:
        """Read a part; yield after each 64 KiB. Raises FileFault."""
        with self._opened(name, most) as file:
            yield from reader.read(file, self._on_step)

    @contextmanager
    def _opened(self, name: str, most: int) -> Iterator["_Guarded"]:
        try:
            info = self._archive.getinfo(name)
        except KeyError:
            raise damaged("a part that it refers to is missing") from None
        if info.file_size > most:
            raise too_large(f"has a part of more than {most // 1024**2} MiB")
        # The archive could declare more compressed bytes than it has.
        compressed = min(info.compress_size, self._archive.start_dir)
        if info.file_size > max(_FREE, _MOST_RATIO * compressed):
            raise too_large(f"has a part that expands to more than {_MOST_RATIO} times its size")
        if info.flag_bits & ENCRYPTED or info.compress_type not in METHODS:
            raise damaged("a part of it is encrypted or compressed in an unusual way")
        with damage_is_a_fault():
            file = self._archive.open(info)
        with file:
            yield _Guarded(file)


class _Guarded:
    """A member whose errors are faults of the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        with damage_is_a_fault():
            return self._file.read(size)


@contextmanager
def damage_is_a_fault() -> Iterator[None]:
    """Raise FileFault `file.compressed_corrupt` for what the library raises on a damaged member."""
    import struct
    import zlib
    from zipfile import BadZipFile

    try:
        yield
    # NotImplementedError is a RuntimeError.
    except (BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError):
        raise corrupt("zip") from None
