"""Drafts a contract for the first sheet of a workbook that has a table."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from csvgate.csv.workbook.opened import OpenWorkbook
from csvgate.csv.workbook.sheets import Sheet, listed, named_sheet, shown_name
from csvgate.validation.faults import FileFault
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.contract.draft import Draft, Shape
from csvgate_ops.author.infer.file.rows import first_rows
from csvgate_ops.author.infer.file.sample import Sample
from csvgate_ops.author.infer.file.sheet_sample import SheetSample, with_line_breaks
from csvgate_ops.author.infer.file.table import Table, locate
from csvgate_ops.author.infer.guess import draft_table

if TYPE_CHECKING:
    from zipfile import ZipFile

_MOST_TRIED: Final = 20
"""Sheets in which a table is searched."""
_DELIMITERS: Final = (";", "\t", "|", ",")
_PASTED: Final = 0.5
"""The share of cells with a delimiter from which on they are taken for lines of CSV."""
_NOT_TABLES: Final = ("file.empty", "file.workbook_sheet")
"""The faults of sheets that have no cells."""


class SheetDrafts:
    """Takes the place of the reader of workbooks: instead of rows, a draft is made.

    `name` is that of the sheet to read, None for the first visible one with a table, `dataset` and
    `file` are what the contract is named after, and `most_rows` is the number of rows to look at.
    """

    def __init__(self, name: str | None, dataset: str, file: Path | None, most_rows: int) -> None:
        self._name = name
        self._dataset = dataset
        self._file = file
        self._most_rows = most_rows
        self.was_read = False
        """Whether the file is a workbook."""
        self.draft: Draft | None = None

    def expand(self, archive: "ZipFile", on_step: Callable[[], None]) -> Iterator[bytes]:
        """Make the draft, and yield nothing. Raises FileFault and Unusable."""
        self.was_read = True
        opened = OpenWorkbook(archive, on_step)
        if self._name is None:
            sheet, draft = self._first(opened)
        else:
            sheet = _required(opened.sheets, self._name)
            draft = self._drafted(opened, sheet)
        visible = [other for other in opened.sheets if other.is_visible]
        if visible != [sheet]:
            draft.sheet_name = sheet.name
        if len(opened.sheets) > 1:
            draft.remarks.insert(0, self._about(sheet, opened.sheets))
        self.draft = draft
        yield from ()

    def _first(self, opened: OpenWorkbook) -> tuple[Sheet, Draft]:
        """Return the first sheet with a table of several columns, else the first with one."""
        visible = [sheet for sheet in opened.sheets if sheet.is_visible]
        narrow: tuple[Sheet, Draft] | None = None
        problem: Unusable | None = None
        for sheet in islice(visible, _MOST_TRIED):
            try:
                draft = self._drafted(opened, sheet)
            except Unusable as error:
                problem = problem or error
                continue
            if len(draft.columns) > 1:
                return sheet, draft
            narrow = narrow or (sheet, draft)
        if narrow is not None:
            return narrow
        if problem is not None and len(visible) == 1:
            raise problem
        raise Unusable(
            f"no table was found in the workbook's sheets {listed(opened.sheets)}. Name the sheet "
            "to read with --sheet"
        )

    def _drafted(self, opened: OpenWorkbook, sheet: Sheet) -> Draft:
        try:
            sample = SheetSample(opened.rows(sheet), begins_1904=opened.begins_1904)
            return self._draft(sample)
        except FileFault as error:
            fault = error.fault
            if fault.code in _NOT_TABLES:
                raise Unusable(f"sheet {shown_name(sheet.name)} has no table") from error
            message = f"{fault.message} (sheet {shown_name(sheet.name)})"
            raise FileFault(fault.code, message, fault.line) from error
        except Unusable as error:
            raise Unusable(f"sheet {shown_name(sheet.name)}: {error}") from error

    def _draft(self, sheet: SheetSample) -> Draft:
        if sheet.first_column:
            # The engine finds where the columns begin by the labels of the header.
            draft = self._draft_of(sheet.as_csv(sheet.first_column))
            if draft.header:
                return draft
        return self._draft_of(sheet.as_csv())

    def _draft_of(self, sample: Sample) -> Draft:
        table = _table(sample)
        draft, layout = draft_table(sample, table, 1, self._file, self._dataset, self._most_rows)
        # Blank rows of a sheet are not read, so that they are not part of the footer.
        draft.footer_lines = layout.footer.rows
        if draft.preamble_until:
            draft.preamble_until = _searched(draft.preamble_until)
        if draft.footer_from:
            draft.footer_from = _searched(draft.footer_from)
        for column in draft.columns:
            column.label = with_line_breaks(column.label)
            column.enum = column.enum and tuple(map(with_line_breaks, column.enum))
        return draft

    def _about(self, sheet: Sheet, sheets: list[Sheet]) -> str:
        name = shown_name(sheet.name)
        chosen = "" if self._name else ", the first one with a table; choose another with --sheet"
        return f"The contract reads sheet {name} of the sheets {listed(sheets)}{chosen}."


def _required(sheets: list[Sheet], name: str) -> Sheet:
    sheet = named_sheet(sheets, name)
    if sheet is None:
        raise Unusable(
            f"the workbook has no sheet {shown_name(name)}. Its sheets: {listed(sheets)}"
        )
    return sheet


def _table(sample: Sample) -> Table:
    table = locate(first_rows(sample.data, Shape()), Shape())
    if not table.rows:
        raise FileFault("file.empty", "the sheet is empty")
    _require_split_cells(table)
    return table


def _searched(pattern: str) -> str | None:
    """Return the pattern for a line as it is searched in a row: without quotes, and without the
    delimiters after the last cell. None if the beginning of the line has other characters."""
    return None if any(char in pattern for char in '"\x0b\x0c') else pattern.rstrip(",")


def _require_split_cells(table: Table) -> None:
    """Raise Unusable if the cells of the only column are lines of CSV."""
    cells = [row.cells[0] for row in table.rows if row.cells]
    if table.width > 1 or len(cells) < 2:
        return
    for delimiter in _DELIMITERS:
        if all(delimiter in cell for cell in cells[:2]) and (
            sum(delimiter in cell for cell in cells) > _PASTED * len(cells)
        ):
            shown = "tabs" if delimiter == "\t" else delimiter
            raise Unusable(
                "no table was found: the cells of its only column look like lines of CSV with "
                f"{shown} between the values. Upload the CSV file itself, or split the cells in "
                "Excel with Data > Text to Columns"
            )
