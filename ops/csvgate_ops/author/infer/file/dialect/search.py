"""Compares the tables that a text gives in different dialects."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from csvgate_ops.author.infer.contract.draft import Shape
from csvgate_ops.author.infer.file.rows import first_rows
from csvgate_ops.author.infer.file.table import Table, locate

_SEARCHED: Final = 1024 * 1024
"""Bytes that are searched for characters which suggest a dialect (1 MiB)."""


class Fit(NamedTuple):
    """How well a dialect fits: a rectangle first, then most rows of the same width, then more
    columns."""

    rank: int
    bad: int
    """The number of records that are not in the table, negated."""
    width: int


def fit(table: Table) -> Fit:
    """Return how well the dialect of a table fits its text."""
    return Fit(table.rank, -table.bad, table.width)


@dataclass(frozen=True, slots=True)
class Search:
    """A UTF-8 text that begins with the given line."""

    text: bytes
    line: int

    @property
    def head(self) -> bytes:
        """The beginning of the text, which suggests dialects."""
        return self.text[:_SEARCHED]

    def table(self, shape: Shape) -> Table:
        """Return the table of the text in one dialect."""
        return locate(first_rows(self.text, shape, line=self.line), shape)

    def best(self, table: Table, *shapes: Shape) -> Table:
        """Return the table or that of another dialect, if one fits better. The first of equals is
        chosen."""
        return max([table, *map(self.table, shapes)], key=fit)
