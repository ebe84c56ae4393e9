"""Chooses the dialect of a text: the one in which the largest part of it is a table."""

from csvgate.csv.separator_line import named_separator
from csvgate_ops.author.infer.file.dialect.delimiters import by_delimiter, doubled
from csvgate_ops.author.infer.file.dialect.refinements import REFINEMENTS
from csvgate_ops.author.infer.file.dialect.search import Search
from csvgate_ops.author.infer.file.table import Table


def declared_delimiter(text: bytes) -> tuple[str | None, int]:
    """Return the delimiter of Excel's first line `sep=;` and the length of that line in bytes."""
    found = named_separator(text, ",")
    return (None, 0) if found is None else found


def find_table(text: bytes, delimiter: str | None, line: int) -> Table:
    """Return the table of a UTF-8 text that begins with the given line, in the best dialect: a
    rectangle first, then most rows of the same width, then one column; common dialects first.
    `delimiter` is that of a `sep=` line."""
    search = Search(text, line)
    if not delimiter and (found := doubled(search)):
        return found
    best = by_delimiter(search, delimiter)
    for refine in REFINEMENTS:
        best = refine(search, best)
    return best
