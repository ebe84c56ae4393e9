"""Guesses the dialect of a sample: the one in which all rows have the same width."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product
from typing import Final, NamedTuple

from csvgate_ops.author.infer.draft import Shape
from csvgate_ops.author.infer.sample import rows

DELIMITERS: Final = (",", ";", "\t", "|")
_NEARLY: Final = 0.5
_EXAMINED: Final = 1000
"""Rows that are read in each dialect; the whole sample is read in the chosen one."""
_RECTANGLE: Final = 2
_SEARCHED: Final = 1024 * 1024
"""Bytes that are searched for characters which suggest a dialect."""


def guess_shape(data: bytes, encoding: str) -> Shape:
    """Prefer rows of the same width, then mostly the same width, then one column; common dialects
    first."""

    def fit(shape: Shape) -> Fit:
        return _fit(list(_cells(data, shape, encoding)))

    best = max(map(Shape, DELIMITERS), key=fit)
    if fit(best).rank < _RECTANGLE:
        best = max([best, *_unusual(data, encoding)], key=fit)
    if best.quote_char == '"' and _in_apostrophes(list(_cells(data, best, encoding))):
        best = max([replace(best, quote_char="'"), best], key=fit)
    if not best.skip_initial_space and _after_spaces(list(_cells(data, best, encoding))):
        best = max([replace(best, skip_initial_space=True), best], key=fit)
    return best


def _unusual(data: bytes, encoding: str) -> Iterator[Shape]:
    """Yield less common dialects that the characters of the sample suggest, the simplest first."""
    text = data[:_SEARCHED].decode(encoding, "replace")
    quotes = [quote for quote in ('"', "'") if quote in text] or ['"']
    escapes = [None, "\\"] if "\\" in text else [None]
    for space in (False, True):
        for quote, escape, delimiter in product(quotes, escapes, DELIMITERS):
            if delimiter in text and (not space or f"{delimiter} {quote}" in text):
                yield Shape(delimiter, quote, escape, space)


class Fit(NamedTuple):
    rank: int
    """_RECTANGLE if all rows have the same width, 1 if most have, 0 otherwise."""
    broken: int
    """The number of rows of another width or with broken quoting, negated."""
    width: int


def _cells(data: bytes, shape: Shape, encoding: str) -> Iterator[tuple[str, ...] | None]:
    return (row.cells for row in islice(rows(data, shape, encoding), _EXAMINED))


def _fit(cells: list[tuple[str, ...] | None]) -> Fit:
    widths = Counter(0 if row is None else len(row) for row in cells)
    if not cells:
        return Fit(0, 0, 0)
    width, fitting = max(widths.items(), key=lambda item: (item[1], item[0]))
    nearly = cells[0] is not None and len(cells[0]) == width > 1
    rank = 0
    if nearly and fitting >= _NEARLY * len(cells):
        rank = _RECTANGLE if fitting == len(cells) else 1
    return Fit(rank, fitting - len(cells) if width else -len(cells), width)


def _in_apostrophes(cells: list[tuple[str, ...] | None]) -> bool:
    """Return whether all values of some column are in apostrophes."""
    columns = zip(*_rectangle(cells), strict=True)
    return any(
        any(column) and all(len(c) > 1 and c[0] == c[-1] == "'" for c in column if c)
        for column in columns
    )


def _after_spaces(cells: list[tuple[str, ...] | None]) -> bool:
    """Return whether a space follows every delimiter."""
    later = [cell for row in _rectangle(cells) for cell in row[1:]]
    return bool(later) and all(cell.startswith(" ") for cell in later)


def _rectangle(cells: list[tuple[str, ...] | None]) -> list[tuple[str, ...]]:
    filled = [row for row in cells if row]
    width = Counter(map(len, filled)).most_common(1)[0][0] if filled else 0
    return [row for row in filled if len(row) == width]
