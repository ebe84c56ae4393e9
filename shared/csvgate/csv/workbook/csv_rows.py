"""Writes the rows of a sheet as records of CSV, and leaves out what is not a row."""

from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import Final

from csvgate.contracts.header_labels import fold
from csvgate.contracts.model import MAX_FOOTER_LINES, MAX_PREAMBLE_LINES, Contract
from csvgate.contracts.pattern import searcher
from csvgate.csv.body import preamble_not_found
from csvgate.csv.header_rows import count_header_rows, joined_labels
from csvgate.csv.labels import WantedColumn, find_positions
from csvgate.csv.work import WORK
from csvgate.csv.workbook.cell_text import CellText
from csvgate.csv.workbook.rows import Cell, Row, column_letters
from csvgate.csv.workbook.values import ColumnText
from csvgate.rejects.reject_file import ERRORS, LINE
from csvgate.validation.faults import FileFault

_MOST_OUTSIDE: Final = 10_000
TERMINATOR: Final = b"\r\n"
Record = tuple[int, bytes]
"""The number of the row in the sheet, and the record with its terminator."""


class CsvRows:
    """Writes the rows of one sheet in the contract's dialect."""

    def __init__(self, contract: Contract, *, begins_1904: bool) -> None:
        self._contract = contract
        self._dialect = contract.dialect
        self._begins_1904 = begins_1904
        self._any = ColumnText(None, begins_1904=begins_1904)
        self._columns: list[ColumnText] = []
        self.first_column = 0
        """The index of the first column that has a label: a table may begin at B2."""
        self.outside = dict[int, int]()
        """Row → the index of the first of its cells outside of the columns, for the first rows that
        have some."""
        self.footer = list[bytes]()
        """The lines of the footer, with their terminators, once all rows have been written."""
        self._cells = CellText(contract)

    def records(self, rows: Iterator[Row]) -> Iterator[Record]:
        """Yield the records of the header and the rows, without blank rows, comments, preamble and
        footer. Raises FileFault."""
        body = self._without_preamble(row for row in rows if row.cells)
        body = self._without_footer(row for row in body if not self._is_comment(row))
        yield from self._written(body)

    def _written(self, rows: Iterator[Row]) -> Iterator[Record]:
        header = list[list[str]]()
        count = count_header_rows(self._dialect) if self._dialect.header else 0
        fields = self._contract.schema_.fields
        if not count:
            self._columns = [ColumnText(f, begins_1904=self._begins_1904) for f in fields]
        waiting = list[Row]()
        for row in rows:
            if len(header) < count:
                waiting.append(row)
                header.append(self._labels(row))
                if len(header) == count:
                    yield from self._end_header(waiting, header)
                continue
            yield row.number, self._record(row)
        if len(header) < count:
            yield from self._end_header(waiting, header)

    def _end_header(self, rows: list[Row], header: list[list[str]]) -> Iterator[Record]:
        """Yield the rows of the header, which are as wide as the widest of them."""
        if not rows:
            return
        if header[0][:2] == [LINE, ERRORS]:
            message = "this is a corrected reject file, which has to be CSV; save it as CSV"
            raise FileFault("file.workbook_cell", message, rows[0].number)
        width = max(map(len, header))
        joined = joined_labels(header, self._dialect.header_join)
        self.first_column = self._first_labelled(joined)
        self._columns = self._columns_of(joined[self.first_column :])
        for row, labels in zip(rows, header, strict=True):
            padded = labels + [""] * (width - len(labels))
            yield row.number, self._line(padded[self.first_column :], row.number)

    def _first_labelled(self, labels: list[str]) -> int:
        """Return the number of columns before the table, which have no labels. If a field of the
        contract has a blank label, the last of them is that field, unless another one is."""
        named = [bool(fold(label)) for label in labels]
        if not any(named):
            return 0
        blank = named.index(True)
        fields = self._contract.schema_.fields
        has_blank = not all(fold(label) for field in fields for label in field.header_labels)
        return max(blank - 1, 0) if has_blank and all(named[blank:]) else blank

    def _columns_of(self, labels: list[str]) -> list[ColumnText]:
        fields = self._contract.schema_.fields
        wanted = [WantedColumn(field.name, field.header_labels) for field in fields]
        columns = [self._any] * len(labels)
        for field, at in zip(fields, find_positions(labels, wanted), strict=True):
            for index in at:
                columns[index] = ColumnText(field, begins_1904=self._begins_1904)
        return columns

    def _labels(self, row: Row) -> list[str]:
        texts = [""] * (max(row.cells) + 1)
        for index, cell in row.cells.items():
            texts[index] = self._any.text(cell)
        return texts

    def _record(self, row: Row) -> bytes:
        width = len(self._columns)
        texts = [""] * width
        # Cells outside of the columns make the row a fault. Without the empty ones between them, it
        # is as long as what is written in it.
        further = list[tuple[int, Cell]]()
        for place, cell in row.cells.items():
            index = place - self.first_column
            if 0 <= index < width:
                texts[index] = self._columns[index].text(cell)
            else:
                further.append((place, cell))
        if further and len(self.outside) < _MOST_OUTSIDE:
            self.outside[row.number] = min(further)[0]
        texts += [self._any.text(cell) for _, cell in sorted(further)]
        return self._line(texts, row.number)

    def _line(self, texts: list[str], number: int) -> bytes:
        cells = list[str]()
        for text in texts:
            cell = self._cells.written(text) if text else ""
            if cell is not None:
                cells.append(cell)
                continue
            place = f"{column_letters(self.first_column + len(cells))}{number}"
            raise FileFault(
                "file.workbook_cell",
                f"cell {place} contains the delimiter, a quote or a line break, which the "
                "contract's `dialect` cannot write; give it a `quoteChar`, and `doubleQuote`",
                number,
            )
        line = self._dialect.delimiter.join(cells).encode() + TERMINATOR
        WORK.scanned += len(line)
        return line

    def _is_comment(self, row: Row) -> bool:
        comment = self._dialect.comment_char
        return bool(comment) and 0 in row.cells and row.cells[0].value.startswith(comment or "")

    def _without_preamble(self, rows: Iterator[Row]) -> Iterator[Row]:
        until, lines = self._dialect.preamble_until, self._dialect.preamble_lines
        if until is None:
            for row in rows:
                if row.number > lines:
                    yield row
            return
        matches = searcher(until)
        for count, row in enumerate(rows):
            if count == MAX_PREAMBLE_LINES:
                raise preamble_not_found(until, ended=False)
            if matches(self._searched(row)):
                yield row
                yield from rows
                return
        raise preamble_not_found(until, ended=True)

    def _searched(self, row: Row) -> bytes:
        """Return the line in which patterns are searched: the cells as texts, with delimiters, from
        the first one that has a value on."""
        return self._dialect.delimiter.join(self._labels(row)[min(row.cells) :]).encode()

    def _without_footer(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Hold back the last rows that may be the footer. The header is never part of it."""
        dialect = self._dialect
        count = dialect.footer_lines if dialect.footer_from is None else MAX_FOOTER_LINES
        if not count:
            yield from rows
            return
        held = deque[Row]()
        header = count_header_rows(dialect) if dialect.header and dialect.footer_from else 0
        for index, row in enumerate(rows):
            if index < header:
                yield row
                continue
            held.append(row)
            if len(held) > count:
                yield held.popleft()
        rows = iter(held)
        if dialect.footer_from is not None:
            matches = searcher(dialect.footer_from)
            for row in rows:
                if matches(self._searched(row)):
                    rows = chain([row], rows)
                    break
                yield row
        self.footer += map(self._stated, rows)

    def _stated(self, row: Row) -> bytes:
        """Return the line of a footer, in which totals are written as the cells above them."""
        texts = self._labels(row)
        for place, cell in row.cells.items():
            index = place - self.first_column
            if 0 <= index < len(self._columns):
                texts[place] = self._columns[index].text(cell)
        return self._dialect.delimiter.join(texts[min(row.cells) :]).encode() + TERMINATOR
