"""Finds the table among the records of one dialect: the first line from which most rows have the
same width above one, and the last such line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from csvgate_ops.author.infer.columns.kinds import kind_of
from csvgate_ops.author.infer.contract.draft import Shape
from csvgate_ops.author.infer.file.rows import Row

_AHEAD: Final = 10
"""Rows after the first one of a table, of which most must have its width."""
_LEAST_SHORT: Final = 2
_SHORT: Final = 0.2
"""The share of rows with fewer cells from which on they are not taken for damaged ones."""
_DENSE: Final = 0.9
_LEAST: Final = 3
"""Rows of a table that is less than half of the file."""


@dataclass(slots=True)
class Table:
    """`rows` are all records of the dialect; the table is `rows[first:end]`, with its header."""

    shape: Shape
    rows: Sequence[Row]
    width: int
    first: int
    end: int
    trailing: bool = False
    """True if rows may end with a delimiter after the last column."""
    short: bool = False
    """True if rows may lack cells at their end."""

    def fits(self, row: Row) -> bool:
        """Return whether a record has the width of the table."""
        if row.width == self.width or (self.short and 1 < row.width < self.width):
            return True
        return self.trailing and row.width == self.width + 1 and not (row.cells or ("x",))[-1]

    def cells(self, row: Row) -> tuple[str, ...] | None:
        """Return the cells of a record without the one after a trailing delimiter."""
        if self.trailing and row.cells and row.width == self.width + 1 and not row.cells[-1]:
            return row.cells[:-1]
        if self.short and row.cells and 1 < row.width < self.width:
            return row.cells + ("",) * (self.width - row.width)
        return row.cells

    @property
    def inside(self) -> Sequence[Row]:
        return self.rows[self.first : self.end]

    @property
    def rectangle(self) -> list[tuple[str, ...]]:
        """The cells of all records that have the width of the table."""
        cells = (self.cells(row) for row in self.rows)
        return [row for row in cells if row and len(row) == self.width]

    @property
    def good(self) -> int:
        """The number of records of the table that have its width, without those that lack cells."""
        lacking = sum(1 for row in self.inside if row.width < self.width) if self.short else 0
        return sum(map(self.fits, self.inside)) - lacking

    @property
    def bad(self) -> int:
        """The number of other records, inside or outside of the table."""
        return len(self.rows) - self.good

    @property
    def rank(self) -> int:
        """2 if all records have the same width, 1 if most have or a dense part has, else 0."""
        if self.short:
            return 1
        good, inside = self.good, self.end - self.first
        if self.width < 2 or not good:
            return 0
        if good == len(self.rows):
            return 2
        if good * 2 >= len(self.rows) and good * 2 >= inside and (good > 1 or inside == 1):
            return 1
        return int(good >= _LEAST and good >= _DENSE * inside)


def locate(rows: Sequence[Row], shape: Shape) -> Table:
    """Return the widest and longest table; without one, all rows as a table of one column."""
    counts = Counter(row.width for row in rows if row.width > 1)
    if not counts:
        return Table(shape, rows, 1 if rows else 0, 0, len(rows))
    width = max(counts, key=lambda w: (counts[w] * (w - 1), w))
    trailing = _trailing(rows, width)
    table = Table(shape, rows, width - (trailing < 0), 0, len(rows), trailing != 0)
    fitting = [i for i, row in enumerate(rows) if table.fits(row)]
    table.first = next((i for i in fitting if _begins(table, i)), fitting[0])
    table.end = fitting[-1] + 1
    _skip_padded_titles(table)
    end = _before_other_table(table)
    table.short = _lacks_cells(table, end)
    if table.short:
        table.end = max(i for i, row in enumerate(rows[:end]) if table.fits(row)) + 1
    return table


def _before_other_table(table: Table) -> int:
    """Return the index of the first row after a blank line from which on no row is as wide as the
    table, or the number of rows: what follows may be another table."""
    for index in range(table.end, len(table.rows)):
        before = table.rows[index - 1]
        if table.rows[index].line > before.line + before.lines:
            return index
    return len(table.rows)


def _lacks_cells(table: Table, end: int) -> bool:
    """Return whether many rows end early, below a first row that is as wide as any."""
    index = next((i for i, row in enumerate(table.rows) if row.width > 1), 0)
    inside = table.rows[index:end]
    widths = [row.width for row in inside]
    short = sum(1 for width in widths if 1 < width < table.width)
    return (
        table.width > 2
        and widths[0] == table.width == max(widths)
        and short >= max(_LEAST_SHORT, _SHORT * len(inside))
        and min(widths) > 1
        and index <= table.first
    )


def _trailing(rows: Sequence[Row], width: int) -> int:
    """Return -1 if the last cell of each row is blank and not a column, 1 if it is so only in some
    of the rows, which have one cell more, and 0 otherwise."""
    longer = [row for row in rows if row.width == width + 1]
    if longer and all(row.cells and not row.cells[-1] for row in longer):
        return 1
    same = [row for row in rows if row.width == width]
    if width > 2 and len(same) > 1 and all(row.cells and not row.cells[-1] for row in same):
        return -1
    return 0


def _begins(table: Table, index: int) -> bool:
    ahead = table.rows[index : index + _AHEAD]
    return 2 * sum(map(table.fits, ahead)) > len(ahead)


def _skip_padded_titles(table: Table) -> None:
    """Skip first rows that have one text, such as a title, in a table of three or more columns:
    spreadsheets write all lines with the same number of delimiters."""
    if table.width < 3:
        return
    for index in range(table.first, min(table.first + _AHEAD, table.end - 1)):
        if not table.fits(table.rows[index]):
            return
        filled = [cell for cell in table.cells(table.rows[index]) or () if cell.strip()]
        if len(filled) > max(1, table.width // 3):
            if len(filled) >= table.width - 1:
                table.first = index
            return
        if any(kind_of(cell) for cell in filled):
            return
