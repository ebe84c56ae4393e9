"""Turns the sheet of a workbook into CSV, and names its cells in faults."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Final

from csvgate.contracts.model import Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.validation.batch import Batch, RejectedRow
from csvgate.validation.faults import Fault, FileFault

if TYPE_CHECKING:
    from zipfile import ZipFile

_MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark, which takes precedence over the contract's encoding. With it, spreadsheets
open the reject file as UTF-8."""
_PIECE_BYTES: Final = 256 * 1024


class Workbook:
    """The workbook that a file may be. It exists for every file, and imports the readers only when
    a workbook is read.

    Decompression calls `expand` if the file is a workbook. After the first piece of the file has
    been read, `contract_to_read` and `batches` take that into account.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._sheet: str | None = None
        self._own: Fault | None = None
        """A fault of the workbook itself."""
        # The number of the row in the sheet changes, relative to the line of the CSV, at few
        # lines: where rows are blank, and where cells have line breaks.
        self._lines, self._rows = array("q"), array("q")

    @property
    def was_read(self) -> bool:
        """Whether the file is a workbook."""
        return self._sheet is not None

    def expand(self, archive: "ZipFile", on_step: Callable[[], None]) -> Iterator[bytes]:
        """Yield the sheet that the contract chooses as CSV in UTF-8 in the contract's dialect.
        Raises the faults `file.workbook_…`, and those of zip archives."""
        try:
            yield from self._expand(archive, on_step)
        except FileFault as error:
            # Its line is a row of the sheet already.
            named = self._placed_fault(error.fault, error.fault.line)
            self._own = named.fault
            raise named from None

    def _expand(self, archive: "ZipFile", on_step: Callable[[], None]) -> Iterator[bytes]:
        from csvgate.csv.workbook.csv_rows import CsvRows
        from csvgate.csv.workbook.members import Members
        from csvgate.csv.workbook.rows import SheetReader
        from csvgate.csv.workbook.sheets import find_parts
        from csvgate.csv.workbook.styles import Styles
        from csvgate.csv.workbook.texts import SharedTexts

        members = Members(archive, on_step)
        parts = find_parts(members, self._contract.dialect)
        self._sheet = parts.sheet.name
        texts, styles = SharedTexts(), Styles()
        for name, reader in ((parts.texts, texts), (parts.styles, styles)):
            if name is not None:
                members.read_all(name, reader)
        rows = SheetReader(texts, styles).rows(members, parts.rows)
        written = CsvRows(self._contract, begins_1904=parts.begins_1904).records(rows)
        yield from self._pieces(written)

    def contract_to_read(self) -> Contract:
        """Return the contract for the expanded bytes: what surrounds the rows of a workbook has
        been removed."""
        return contract_for_extracted_records(self._contract) if self.was_read else self._contract

    def batches(self, engine: Generator[Batch, None, None]) -> Generator[Batch, None, None]:
        """Yield the engine's batches with the rows and cells of the sheet instead of lines."""
        if not self.was_read:
            yield from engine
            return
        with closing(engine):
            try:
                for batch in engine:
                    if self._is_shifted():
                        batch.lines = [self._row(int(line)) for line in batch.lines]
                    batch.rejected = [self._placed(row, batch) for row in batch.rejected]
                    yield batch
            except FileFault as error:
                if error.fault is self._own:
                    raise
                raise self._placed_fault(error.fault, self._row(error.fault.line)) from None

    def _pieces(self, records: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        waiting, size, line, shift = [_MARK], 0, 1, 0
        for row, record in records:
            if row - line != shift:
                shift = row - line
                self._lines.append(line)
                self._rows.append(row)
            line += record.count(b"\n") + record.count(b"\r") - record.count(b"\r\n")
            waiting.append(record)
            size += len(record)
            if size >= _PIECE_BYTES:
                yield b"".join(waiting)
                waiting, size = [], 0
        if waiting:
            yield b"".join(waiting)

    def _is_shifted(self) -> bool:
        return len(self._lines) > 0

    def _row(self, line: int) -> int:
        at = bisect_right(self._lines, line) - 1
        return line if at < 0 else line - self._lines[at] + self._rows[at]

    def _placed(self, row: RejectedRow, batch: Batch) -> RejectedRow:
        number = self._row(row.line)
        faults = tuple(self._placed_in(fault, number, batch) for fault in row.faults)
        return row._replace(line=number, faults=faults)

    def _placed_in(self, fault: Fault, number: int, batch: Batch) -> Fault:
        from csvgate.csv.workbook.rows import column_letters

        names = [field.name for field in self._contract.schema_.fields]
        index = None
        if fault.column in names:
            index = batch.header.order[names.index(fault.column)]
        place = f"row {number}" if index is None else f"{column_letters(index)}{number}"
        message = f"{fault.message} ({self._shown_sheet()}!{place})"
        return fault._replace(line=number, message=message)

    def _placed_fault(self, fault: Fault, row: int) -> FileFault:
        sheet = "" if self._sheet is None else f" (sheet {self._shown_sheet()})"
        return FileFault(fault.code, fault.message + sheet, row)

    def _shown_sheet(self) -> str:
        """Return the sheet's name as formulas write it, in one line."""
        name = "".join(char if char.isprintable() else "\ufffd" for char in self._sheet or "")[:31]
        if name.replace("_", "a").isalnum() and not name[0].isdigit():
            return name
        return "'" + name.replace("'", "''") + "'"
