"""Refines the dialect of a table, one property at a time.

Each function takes the text and the best table so far, and returns that or a better one.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from csvgate_ops.author.infer.columns.affixes import split
from csvgate_ops.author.infer.columns.kinds import kind_of
from csvgate_ops.author.infer.contract.draft import Shape
from csvgate_ops.author.infer.file.dialect.comments import without_comments
from csvgate_ops.author.infer.file.dialect.search import Search, fit
from csvgate_ops.author.infer.file.table import Table


def _twice(search: Search, best: Table) -> Table:
    if not _every_second_is_blank(best):
        return best
    twice = search.table(replace(best.shape, delimiter=2 * best.shape.delimiter))
    return twice if twice.rank >= best.rank else best


def _formulas(search: Search, best: Table) -> Table:
    if not best.bad or b'="' not in search.head:
        return best
    return search.best(best, replace(best.shape, formula_text=True))


def _unquoted(search: Search, best: Table) -> Table:
    quote = best.shape.quote_char
    if not best.bad or not quote or all(row.cells is not None for row in best.rows):
        return best
    shape = replace(best.shape, quote_char=None)
    return best if _has_quoted(search.table(shape), quote) else search.best(best, shape)


def _decimal_column(search: Search, best: Table) -> Table:
    return search.table(Shape(";")) if _is_decimal_column(best) else best


def _apostrophes(search: Search, best: Table) -> Table:
    if best.shape.quote_char != '"' or not _in_apostrophes(best):
        return best
    return max([search.table(replace(best.shape, quote_char="'")), best], key=fit)


def _initial_spaces(search: Search, best: Table) -> Table:
    if best.shape.skip_initial_space or not _after_spaces(best):
        return best
    return max([search.table(replace(best.shape, skip_initial_space=True)), best], key=fit)


REFINEMENTS: Final[tuple[Callable[[Search, Table], Table], ...]] = (
    _twice,
    _formulas,
    _unquoted,
    _decimal_column,
    _apostrophes,
    _initial_spaces,
    without_comments,
)
"""In the order in which they are tried."""


def _every_second_is_blank(table: Table) -> bool:
    """Return whether the delimiter is always doubled."""
    rows = table.rectangle
    return table.width > 2 and bool(rows) and not any(cell for row in rows for cell in row[1::2])


def _has_quoted(table: Table, quote: str) -> bool:
    """Return whether cells are in quotes, so that these are not text."""
    cells = [cell for row in table.rectangle for cell in row if len(cell) > 1]
    quoted = sum(1 for cell in cells if cell[0] == cell[-1] == quote)
    torn = any(cell.count(quote) == 1 and cell[0] == quote for cell in cells)
    return torn or quoted * 10 > len(cells)


def _is_decimal_column(table: Table) -> bool:
    """Return whether two columns are one of numbers with a decimal comma, below one label."""
    if table.shape.delimiter != "," or table.width != 2 or not table.first:
        return False
    label = table.rows[table.first - 1]
    numbers = [split(row.text) for row in table.inside]
    return label.width == 1 and kind_of(label.text) is None and all(numbers)


def _in_apostrophes(table: Table) -> bool:
    """Return whether all values of some column are in apostrophes."""
    columns = zip(*table.rectangle, strict=True)
    return any(
        any(column) and all(len(c) > 1 and c[0] == c[-1] == "'" for c in column if c)
        for column in columns
    )


def _after_spaces(table: Table) -> bool:
    """Return whether a space follows every delimiter, and no value ends with one."""
    later = [cell for row in table.rectangle for cell in row[1:]]
    return (
        bool(later)
        and all(cell.startswith(" ") for cell in later)
        and not any(cell.endswith(" ") for cell in later)
    )
