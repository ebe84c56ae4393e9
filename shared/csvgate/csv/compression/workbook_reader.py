"""What reads an Excel workbook, which is a zip archive of many parts."""

from collections.abc import Callable, Iterator
from typing import Protocol
from zipfile import ZipFile


class WorkbookReader(Protocol):
    def expand(self, archive: ZipFile, on_step: Callable[[], None]) -> Iterator[bytes]:
        """Yield what the workbook expands to. `on_step` is called before each read, and may
        raise."""
        ...
