"""The rows of the sheets of one workbook."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from csvgate.csv.workbook.members import Members
from csvgate.csv.workbook.rows import Row, SheetReader
from csvgate.csv.workbook.sheets import Sheet, read_book
from csvgate.csv.workbook.styles import Styles
from csvgate.csv.workbook.texts import SharedTexts

if TYPE_CHECKING:
    from zipfile import ZipFile


class OpenWorkbook:
    """The archive of a workbook. `on_step` is called before each read, and may raise."""

    def __init__(self, archive: "ZipFile", on_step: Callable[[], None]) -> None:
        self._members = Members(archive, on_step)
        self._book = read_book(self._members)
        self._shared: tuple[SharedTexts, Styles] | None = None
        self.sheets = self._book.sheets
        self.begins_1904 = self._book.begins_1904

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """Yield the rows that a sheet has. Raises the faults `file.workbook_…`, and those of zip
        archives."""
        name = self._book.rows_of(sheet)
        if self._shared is None:
            self._shared = self._read_shared()
        yield from SheetReader(*self._shared).rows(self._members, name)

    def _read_shared(self) -> tuple[SharedTexts, Styles]:
        texts, styles = SharedTexts(), Styles()
        for kind, reader in (("sharedStrings", texts), ("styles", styles)):
            name = self._book.part(kind)
            if name is not None:
                self._members.read_all(name, reader)
        return texts, styles
