"""Finds the lines after the rows of a table: totals, notes, the count of rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from csvgate.contracts.header_labels import fold
from csvgate.contracts.model import MAX_FOOTER_LINES
from csvgate_ops.author.infer.columns.kinds import NUMBER, dominant_kind, kind_of
from csvgate_ops.author.infer.file.rows import Row
from csvgate_ops.author.infer.file.table import Table
from csvgate_ops.author.infer.file.words import TOTAL_WORDS

_TYPED: Final = 0.85
_WORD: Final = re.compile(r"[^\W\d_]+")
_MARKS: Final = ("(", "-", "=", "_", "*", "©", "#", "<", "[")
_LEAST: Final = 3
"""Rows above a sum that has no word for it, so that it is hardly a coincidence."""
_ROUNDING: Final = 0.005
_PATTERN: Final = 40
"""The characters of the first line that its pattern has."""
_LETTERS: Final = re.compile(r"[^\W\d_]{3}")
_RULER: Final = re.compile(r"[-=_*]{5}")
_NUMBERS: Final = re.compile(r"[0-9]+")
_ROWS: Final = re.compile(r"\brows\b")
"""Programs write `1 row`."""
_DIGITS: Final = re.compile(r"[^0-9.,-]")


@dataclass(frozen=True, slots=True)
class Footer:
    lines: int = 0
    """The number of physical lines, without blank lines at the end of the file."""
    rows: int = 0
    """The number of records at the end that belong to it."""
    text: str = ""
    """Its first line."""
    pattern: str | None = None
    """An RE2 pattern for its first line that no line of the rows matches, if there is one."""


def find_footer(
    table: Table, tail: Sequence[Row], last_line: int, body: Sequence[Sequence[str]]
) -> Footer:
    """Return the footer of a file that ends with the records of `tail` and whose last line that is
    not blank is `last_line`. `body` are the cells of rows of the table."""
    plain = [cells for cells in body if not any(map(_is_total_word, cells))]
    columns = list(zip(*plain, strict=True)) if plain else []
    kinds = [dominant_kind(column, _TYPED) for column in columns]
    count = 0
    for index in range(len(tail) - 1, 0, -1):
        row, before = tail[index], tail[index - 1]
        gap = row.line > before.line + before.lines
        # The first line after a blank one begins the footer; the lines after it belong to it too.
        begins = gap and not any(map(table.fits, tail[index:]))
        if (
            begins
            or _is_blank(row)
            or _is_note(row, table, kinds)
            or _is_total(row, table, kinds, columns)
        ):
            count = len(tail) - index
        elif row.cells is None or table.fits(row) or row.width > table.width:
            break
        if last_line - row.line >= MAX_FOOTER_LINES:
            break
    if not count:
        return Footer()
    first = tail[-count]
    lines = last_line - first.line + 1
    if lines > MAX_FOOTER_LINES:
        return Footer()
    footer = {id(row) for row in tail[-count:]}
    others = [row for row in (*table.rows[table.first :], *tail) if id(row) not in footer]
    return Footer(lines, count, first.text, _pattern(first, table, others))


def _pattern(first: Row, table: Table, rows: Sequence[Row]) -> str | None:
    """Return a pattern for the beginning of a footer: its first cell, with any digits."""
    if _is_blank(first) and not any(map(_is_blank, rows)):
        return f"^{escaped(table.shape.delimiter)}+$"
    line = first.text.splitlines()[0]
    cell, delimiter, _ = line.partition(table.shape.delimiter)
    start = cell[:_PATTERN]
    if not (_LETTERS.search(start) or _RULER.match(start)):
        return None
    pattern = "^" + _ROWS.sub(r"rows?", _NUMBERS.sub("[0-9]+", escaped(start)))
    if start == cell and delimiter:
        pattern += escaped(delimiter)
    elif start == cell:
        pattern += "$"
    matches = re.compile(pattern).search
    alike = any(matches(text) for row in rows for text in row.text.splitlines())
    return None if alike else pattern


def escaped(text: str) -> str:
    """Return an RE2 pattern for the text itself."""
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text)


def _is_blank(row: Row) -> bool:
    """Return whether a row has only empty cells, as spreadsheets write below a table."""
    return row.width > 1 and not any(cell.strip() for cell in row.cells or ())


def _is_note(row: Row, table: Table, kinds: Sequence[str | None]) -> bool:
    """Return whether a line is shorter than a row and cannot be the beginning of one."""
    if row.cells is None or table.fits(row) or row.width > table.width or not row.cells:
        return False
    first = row.cells[0].strip()
    words = _WORD.findall(first)
    if first.startswith(_MARKS) and kind_of(first) is None:
        return True
    if _is_total_word(first) or (row.width == 1 and len(words) > 1):
        return True
    return bool(kinds) and kinds[0] is not None and bool(first) and kind_of(first) != kinds[0]


def _is_total(
    row: Row, table: Table, kinds: Sequence[str | None], columns: Sequence[Sequence[str]]
) -> bool:
    """Return whether a row of full width has totals: a word for it stands in a column that is not
    text, or most other cells are blank, or a number is the sum of its column."""
    cells = table.cells(row)
    if cells is None or not table.fits(row) or len(kinds) != len(cells):
        return False
    at = next((i for i, cell in enumerate(cells) if _is_total_word(cell)), None)
    if at is not None and kinds[at] is not None:
        return True
    usual = [sum(1 for v in column if v.strip()) * 2 > len(column) for column in columns]
    blank = [i for i, cell in enumerate(cells) if not cell.strip() and usual[i]]
    if at is not None and blank and len(blank) * 2 >= len(cells):
        return True
    if at is None and (not columns or blank[:1] != [0] or len(columns[0]) < _LEAST):
        return False
    return any(
        kind == NUMBER and _is_sum(cell, column)
        for cell, kind, column in zip(cells, kinds, columns, strict=True)
    )


def _is_total_word(cell: str) -> bool:
    words = _WORD.findall(cell)
    return 0 < len(words) <= 3 and any(fold(word) in TOTAL_WORDS for word in words[:2])


def _is_sum(cell: str, column: Sequence[str]) -> bool:
    total, others = _value(cell), [_value(v) for v in column]
    found = [value for value in others if value is not None]
    if not total or len(found) < 2:
        return False
    # The sum may be among the numbers of its column.
    return min(abs(sum(found) - total), abs(sum(found) - 2 * total)) < _ROUNDING


def _value(text: str) -> float | None:
    """Return roughly the number of a cell; a comma before one or two last digits is decimal."""
    digits = _DIGITS.sub("", text)
    if re.search(r",[0-9]{1,2}$", digits):
        digits = digits.replace(".", "").replace(",", ".")
    try:
        return float(digits.replace(",", ""))
    except ValueError:
        return None
