"""Chooses the delimiter of a text, with the quotes and escapes that its characters suggest."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from csvgate_ops.author.infer.columns.kinds import kinds_of
from csvgate_ops.author.infer.contract.draft import Shape
from csvgate_ops.author.infer.file.dialect.search import Search, fit
from csvgate_ops.author.infer.file.table import Table

DELIMITERS: Final = (",", ";", "\t", "|")
"""The usual delimiters."""
_RARE: Final = ("\x01", "\x1f", "||", "::", "¦", "§", "^", "~", ":", " ")
"""These are tried only if no usual one gives a table."""
_DOUBLED: Final = ("||", "::")
"""Delimiters that are tried first: two such characters are hardly ever a coincidence."""
_COUNTED: Final = 50
_LEAST_RARE: Final = 3
"""Columns of a table with a rare delimiter, whose characters are common in texts."""


def doubled(search: Search) -> Table | None:
    """Return the table whose delimiter is two equal characters, if all lines have as many."""
    for pair in _DOUBLED:
        if _equally_often(search.head, pair):
            found = search.table(Shape(pair))
            if found.rank == 2:
                return found
    return None


def by_delimiter(search: Search, declared: str | None) -> Table:
    """Return the best table: with usual delimiters first, then with other quotes and escapes, then
    with rare delimiters. `declared` is the delimiter of a `sep=` line."""
    usual = (declared,) if declared else DELIMITERS
    best = max((search.table(Shape(delimiter)) for delimiter in usual), key=fit)
    if best.rank < 2:
        best = search.best(best, *_unusual(search, usual))
    if best.rank < 1 and not declared:
        comment = "#" if search.head.startswith(b"#") else None
        rare = [Shape(d, comment_char=comment) for d in _RARE if d.encode() in search.head]
        sure = [found for shape in rare if _is_sure(found := search.table(shape))]
        best = max([best, *sure], key=fit)
    return best


def _equally_often(head: bytes, delimiter: str) -> bool:
    """Return whether each of the first lines has the same number of delimiters, at least one."""
    lines = [line for line in head.splitlines()[:_COUNTED] if line]
    counts = {line.count(delimiter.encode()) for line in lines}
    return len(counts) == 1 and 0 not in counts and len(lines) > 1


def _unusual(search: Search, delimiters: Sequence[str]) -> Iterator[Shape]:
    """Yield less common dialects that the characters of the text suggest, the simplest first."""
    searched = search.head.decode("utf-8", "replace")
    quotes = [quote for quote in ('"', "'") if quote in searched] or ['"']
    escapes = [None, "\\"] if "\\" in searched else [None]
    for space in (False, True):
        for quote, escape, delimiter in product(quotes, escapes, delimiters):
            if delimiter in searched and (not space or f"{delimiter} {quote}" in searched):
                yield Shape(delimiter, quote, escape, space)


def _is_sure(table: Table) -> bool:
    """Return whether a table with a rare delimiter is certain enough: it is a rectangle, and one of
    its columns is not text."""
    if table.rank < 2 or table.width < _LEAST_RARE or len(table.rows) < 2:
        return False
    rows = [row.cells or () for row in table.rows[1:]]
    if table.shape.delimiter == " " and not all(map(all, rows)):
        return False  # columns of fixed width, which are filled with spaces
    return any(kinds_of(column).get(None, 0) == 0 for column in zip(*rows, strict=False))
