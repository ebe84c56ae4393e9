"""Chooses the dialect of a text: the one in which the largest part of it is a table."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Final, NamedTuple

from csvgate.csv.separator_line import named_separator
from csvgate_ops.author.infer.columns.affixes import split
from csvgate_ops.author.infer.columns.kinds import kind_of, kinds_of
from csvgate_ops.author.infer.contract.draft import Shape
from csvgate_ops.author.infer.file.header import vote
from csvgate_ops.author.infer.file.rows import Row, first_rows
from csvgate_ops.author.infer.file.table import Table, locate

DELIMITERS: Final = (",", ";", "\t", "|")
"""The usual delimiters."""
_RARE_DELIMITERS: Final = ("\x01", "\x1f", "||", "::", "¦", "§", "^", "~", ":", " ")
"""These are tried only if no usual one gives a table."""
_DOUBLED: Final = ("||", "::")
"""Delimiters that are tried first: two such characters are hardly ever a coincidence."""
_COUNTED: Final = 50
_LEAST_RARE: Final = 3
"""Columns of a table with a rare delimiter, whose characters are common in texts."""
_COMMENTS: Final = "#%!;*/"
_SEARCHED: Final = 1024 * 1024
"""Bytes that are searched for characters which suggest a dialect."""


class _Fit(NamedTuple):
    rank: int
    bad: int
    """The number of records that are not in the table, negated."""
    width: int


def declared_delimiter(text: bytes) -> tuple[str | None, int]:
    """Return the delimiter of Excel's first line `sep=;` and the length of that line in bytes."""
    found = named_separator(text, ",")
    return (None, 0) if found is None else found


def find_table(text: bytes, delimiter: str | None, line: int) -> Table:
    """Return the table of a UTF-8 text that begins with the given line, in the best dialect: a
    rectangle first, then most rows of the same width, then one column; common dialects first.
    `delimiter` is that of a `sep=` line."""

    def table(shape: Shape) -> Table:
        return locate(first_rows(text, shape, line=line), shape)

    usual = (delimiter,) if delimiter else DELIMITERS
    for pair in _DOUBLED:
        if not delimiter and _equally_often(text, pair):
            found = table(Shape(pair))
            if found.rank == 2:
                return found
    best = max((table(Shape(d)) for d in usual), key=_fit)
    if best.rank < 2:
        best = max([best, *map(table, _unusual(text, usual))], key=_fit)
    if best.rank < 1 and not delimiter:
        rare = [d for d in _RARE_DELIMITERS if d.encode() in text[:_SEARCHED]]
        sure = [t for d in rare if _is_sure(t := table(Shape(d)))]
        best = max([best, *sure], key=_fit)
    if _every_second_is_blank(best):
        twice = table(replace(best.shape, delimiter=2 * best.shape.delimiter))
        best = max([twice, best], key=lambda t: t.rank)
    if best.bad and b'="' in text[:_SEARCHED]:
        best = max([best, table(replace(best.shape, formula_text=True))], key=_fit)
    if best.bad and best.shape.quote_char and any(row.cells is None for row in best.rows):
        unquoted = table(replace(best.shape, quote_char=None))
        if not _has_quoted(unquoted, best.shape.quote_char):
            best = max([best, unquoted], key=_fit)
    if _is_decimal_column(best):
        best = table(Shape(";"))
    if best.shape.quote_char == '"' and _in_apostrophes(best):
        best = max([table(replace(best.shape, quote_char="'")), best], key=_fit)
    if not best.shape.skip_initial_space and _after_spaces(best):
        best = max([table(replace(best.shape, skip_initial_space=True)), best], key=_fit)
    for char in _comments(best):
        commented = table(replace(best.shape, comment_char=char))
        if _fit(commented) > _fit(best) and not _hides_header(best, commented):
            best = commented
    return best


def _equally_often(text: bytes, delimiter: str) -> bool:
    """Return whether each of the first lines has the same number of delimiters, at least one."""
    lines = [line for line in text[:_SEARCHED].splitlines()[:_COUNTED] if line]
    counts = {line.count(delimiter.encode()) for line in lines}
    return len(counts) == 1 and 0 not in counts and len(lines) > 1


def _fit(table: Table) -> _Fit:
    return _Fit(table.rank, -table.bad, table.width)


def _every_second_is_blank(table: Table) -> bool:
    """Return whether the delimiter is always doubled."""
    rows = _rectangle(table)
    return table.width > 2 and bool(rows) and not any(cell for row in rows for cell in row[1::2])


def _has_quoted(table: Table, quote: str) -> bool:
    """Return whether cells are in quotes, so that these are not text."""
    cells = [cell for row in _rectangle(table) for cell in row if len(cell) > 1]
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


def _is_sure(table: Table) -> bool:
    """Return whether a table with a rare delimiter is certain enough: it is a rectangle, and one of
    its columns is not text."""
    if table.rank < 2 or table.width < _LEAST_RARE or len(table.rows) < 2:
        return False
    rows = [row.cells or () for row in table.rows[1:]]
    return any(kinds_of(column).get(None, 0) == 0 for column in zip(*rows, strict=False))


def _unusual(text: bytes, delimiters: tuple[str, ...]) -> Iterator[Shape]:
    """Yield less common dialects that the characters of the text suggest, the simplest first."""
    searched = text[:_SEARCHED].decode("utf-8", "replace")
    quotes = [quote for quote in ('"', "'") if quote in searched] or ['"']
    escapes = [None, "\\"] if "\\" in searched else [None]
    for space in (False, True):
        for quote, escape, delimiter in product(quotes, escapes, delimiters):
            if delimiter in searched and (not space or f"{delimiter} {quote}" in searched):
                yield Shape(delimiter, quote, escape, space)


def _in_apostrophes(table: Table) -> bool:
    """Return whether all values of some column are in apostrophes."""
    columns = zip(*_rectangle(table), strict=True)
    return any(
        any(column) and all(len(c) > 1 and c[0] == c[-1] == "'" for c in column if c)
        for column in columns
    )


def _after_spaces(table: Table) -> bool:
    """Return whether a space follows every delimiter, and no value ends with one."""
    later = [cell for row in _rectangle(table) for cell in row[1:]]
    return (
        bool(later)
        and all(cell.startswith(" ") for cell in later)
        and not any(cell.endswith(" ") for cell in later)
    )


def _rectangle(table: Table) -> list[tuple[str, ...]]:
    cells = (table.cells(row) for row in table.rows)
    return [row for row in cells if row and len(row) == table.width]


def _comments(table: Table) -> Iterator[str]:
    """Yield the characters with which lines begin that are not rows of the table, the commonest in
    practice first."""
    strange = [row.text for row in table.rows if not table.fits(row)]
    strange += [row.text for row in table.rows[: table.first]]
    for char in _COMMENTS:
        if char not in table.shape.delimiter and any(text.startswith(char) for text in strange):
            yield char


def _hides_header(table: Table, commented: Table) -> bool:
    """Return whether the last comment before the rows is the header, as in `#chrom<TAB>pos`."""
    hidden = [row for row in table.rows if row.line < commented.rows[commented.first].line]
    char = commented.shape.comment_char or ""
    if not hidden or not hidden[-1].text.startswith(char):
        return False
    labels = _uncommented(hidden[-1], char)
    rows = [c for row in commented.inside if (c := commented.cells(row))]
    if len(labels) != commented.width or not rows:
        return False
    return vote(labels, rows).score > max(vote(rows[0], rows[1:]).score, 1)


def _uncommented(row: Row, char: str) -> tuple[str, ...]:
    first, *others = row.cells or ("",)
    return (first.lstrip(char).strip(), *others)
