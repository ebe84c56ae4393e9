"""Turns the sheet of a workbook into CSV, and names its cells in faults."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Final

from csvgate.contracts.model import Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.lines import read_at_least
from csvgate.validation.batch import Batch, RejectedRow
from csvgate.validation.faults import Fault, FileFault

if TYPE_CHECKING:
    from zipfile import ZipFile

    from csvgate.csv.workbook.csv_rows import CsvRows

_MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark, which takes precedence over the contract's encoding. With it, spreadsheets
open the reject file as UTF-8."""
_PIECE_BYTES: Final = 256 * 1024


class Workbook:
    """The workbook that a file may be. It exists for every file, and imports the readers only when
    a workbook is read.

    Decompression calls `expand` if the file is a workbook, which `engine` then takes into account.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._sheet: str | None = None
        self._written: CsvRows | None = None
        self._positions = dict[str, int]()
        """The number of each field of the contract."""
        self._own: Fault | None = None
        """A fault of the workbook itself."""
        # The number of the row in the sheet changes, relative to the line of the CSV, at few
        # lines: where rows are blank, and where cells have line breaks.
        self._lines, self._rows = array("q"), array("q")

    @property
    def was_read(self) -> bool:
        """Whether the file is a workbook."""
        return self._sheet is not None

    @property
    def footer(self) -> Sequence[bytes]:
        """The lines of the footer, once the batches have been read; none if the file is not a
        workbook."""
        return self._written.footer if self._written is not None else ()

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
        from csvgate.csv.workbook.opened import OpenWorkbook
        from csvgate.csv.workbook.sheets import chosen_sheet

        opened = OpenWorkbook(archive, on_step)
        sheet = chosen_sheet(opened.sheets, self._contract.dialect)
        self._sheet = sheet.name
        self._written = CsvRows(self._contract, begins_1904=opened.begins_1904)
        yield from self._pieces(self._written.records(opened.rows(sheet)))

    def engine(
        self,
        pieces: Iterable[bytes],
        validate: Callable[[Iterable[bytes], Contract], Generator[Batch, None, None]],
    ) -> Generator[Batch, None, None]:
        """Yield the batches of decompressed pieces, which `validate` reads with the contract for
        them. Those of a workbook have the rows and cells of the sheet instead of lines."""
        # Until the first piece has been read, it is not known whether the file is a workbook.
        head, rest = read_at_least(pieces, 1)
        read = chain([head], rest)
        if not self.was_read:
            return validate(read, self._contract)
        extracted = contract_for_extracted_records(self._contract)
        return self._placed_batches(validate(read, extracted))

    def _placed_batches(self, engine: Generator[Batch, None, None]) -> Generator[Batch, None, None]:
        fields = self._contract.schema_.fields
        self._positions = {field.name: number for number, field in enumerate(fields)}
        with closing(engine):
            try:
                for batch in engine:
                    if self._is_shifted():
                        batch.lines = [self._row(int(line)) for line in batch.lines]
                        batch.warnings = {
                            check: [self._row(int(line)) for line in lines]
                            for check, lines in batch.warnings.items()
                        }
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

        field, written = self._positions.get(fault.column or ""), self._written
        index = None if field is None else batch.header.order[field]
        if index is not None and written is not None:
            index += written.first_column
        message = fault.message
        if fault.code == "row.too_many_fields":
            # Quotes, which the message recommends, have no meaning in a workbook.
            message = message.partition(";")[0] + "; remove what is outside of the table's columns"
            index = written.outside.get(number) if written is not None else None
        place = f"row {number}" if index is None else f"{column_letters(index)}{number}"
        message = f"{message} ({self._shown_sheet()}!{place})"
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
