"""Writes the rows of a sheet as CSV, from which a contract is drafted."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Final

from csvgate.csv.workbook.rows import Row
from csvgate.csv.workbook.values import ColumnText
from csvgate_ops.author.infer.file.sample import MOST_BYTES, Sample

_OVERHEAD: Final = 64
"""The bytes of memory that a row, and each of its cells, are assumed to take besides the text."""
_BREAKS: Final = str.maketrans("\n\r", "\x0b\x0c")
_RESTORED: Final = str.maketrans("\x0b\x0c", "\n\r")
_LEAST_FILLED: Final = 2 / 3
"""The share of its cells that a row must have filled so that its last one is taken for a column in
which no other row has a value: a header has labels for columns without values."""
_LEAST_VALUES: Final = 2
_LEAST_SHARE: Final = 0.1
"""The values, and the share of rows with one, that a column must have if it may have no label."""
_MOST_BLANK: Final = 100
"""Columns without a value after which a table has ended: they would be in the contract."""
_FEW_SINGLE: Final = 0.1
"""The share of rows with one cell inside of a table up to which such rows after it are notes."""


class SheetSample:
    """The first rows of a sheet, of at most 32 MiB."""

    def __init__(self, rows: Iterator[Row], *, begins_1904: bool) -> None:
        text = ColumnText(None, begins_1904=begins_1904)
        self._rows = list[tuple[int, Mapping[int, str]]]()
        self._complete = True
        size = 0
        for row in rows:
            cells = {index: text.text(cell).translate(_BREAKS) for index, cell in row.cells.items()}
            if not cells:
                continue
            size += _OVERHEAD + sum(len(cell) + _OVERHEAD for cell in cells.values())
            if size > MOST_BYTES:
                self._complete = False
                break
            self._rows.append((row.number, cells))
        found = [cells for _, cells in self._rows]
        self._width = _width(found)
        several = [cells for cells in found if len(cells) > 1] or found
        self.first_column = min(map(min, several), default=0)
        """The index of the first column that has a value, titles and notes aside."""
        self._alone = _alone(found, self.first_column)

    def as_csv(self, first: int = 0) -> Sample:
        """Return the rows as CSV in UTF-8, without the columns before the index `first`, except in
        rows that have values there.

        There is one line for each row of the sheet, blank ones too, so that lines are the numbers
        of rows: line breaks within cells are replaced, and `with_line_breaks` restores them. Rows
        have the same width, as when a spreadsheet exports them, except titles and notes. Cells to
        the right of the table are left out; the engine rejects their rows.
        """
        data, line = bytearray(), 1
        for index, (number, cells) in enumerate(self._rows):
            data += b"\n" * (number - line)
            begin, end = min(first, *cells), self._width
            if index in self._alone:
                begin, end = min(cells), max(cells) + 1
            data += ",".join(_quoted(cells.get(at, "")) for at in range(begin, end)).encode()
            data += b"\n"
            line = number + 1
            if len(data) > MOST_BYTES:
                # Columns far to the right are many delimiters.
                return Sample(bytes(data), complete=False)
        return Sample(bytes(data), complete=self._complete)


def with_line_breaks(text: str) -> str:
    """Return the text of a cell in a sample as it is in the sheet."""
    return text.translate(_RESTORED)


def _width(rows: list[Mapping[int, str]]) -> int:
    """Return the number of columns. Few cells to the right of the table, such as notes, are not a
    column."""
    found = Counter[int](index for cells in rows for index in cells)
    least = min(max(_LEAST_VALUES, _LEAST_SHARE * len(rows)), len(rows))
    width = max((index + 1 for index, count in found.items() if count >= least), default=0)
    width = max(width, min(found, default=0) + 1)
    for cells in rows:
        last = max(cells) + 1
        if last > width and len(cells) > 1 and len(cells) >= _LEAST_FILLED * (last - min(cells)):
            width = last
    columns = sorted(index for index in found if index < width)
    ends = (left + 1 for left, right in pairwise(columns) if right - left > _MOST_BLANK)
    return next(ends, width)


def _alone(rows: list[Mapping[int, str]], column: int) -> Collection[int]:
    """Return the indexes of rows that are titles or notes: they have one cell, not after the first
    column of the table, and stand before or after all rows that have several."""
    several = [index for index, cells in enumerate(rows) if len(cells) > 1]
    if not several:
        return ()
    first, last = several[0], several[-1]
    single = (last - first + 1) - len(several)
    after = range(last + 1, len(rows)) if single <= _FEW_SINGLE * len(several) else ()
    return {index for index in (*range(first), *after) if min(rows[index]) <= column}


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in ',"') else cell
