"""Finds out whether a file distinguishes quoted empty cells from missing ones, as databases do."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from csvgate.contracts.model import Dialect
from csvgate.csv.marked_cell import QuotedCell
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate_ops.author.infer.contract.draft import TEXT, Column
from csvgate_ops.author.infer.file.table import Table

_MOST_ROWS: Final = 10_000


@dataclass(slots=True)
class _Blanks:
    quoted: int = 0
    bare: int = 0
    quoted_missing: int = 0
    """Quoted cells with a text that stands for a missing value, or without text."""


def quotes_distinguish(text: bytes, table: Table, columns: Sequence[Column]) -> bool:
    """Return whether `""` is an empty text in a UTF-8 text: a column of text has both `""` and
    cells with nothing, and no other column has missing values in quotes."""
    quote = table.shape.quote_char
    if not quote or 2 * quote.encode() not in text or len(columns) != table.width:
        return False
    found = _count(text, table, columns)
    return any(
        blanks.quoted and blanks.bare
        for blanks, column in zip(found, columns, strict=True)
        if column.type == TEXT
    ) and not any(
        blanks.quoted_missing
        for blanks, column in zip(found, columns, strict=True)
        if column.type != TEXT or column.missing_values
    )


def _count(text: bytes, table: Table, columns: Sequence[Column]) -> list[_Blanks]:
    dialect = Dialect.model_validate({**table.shape.as_dialect(), "quotedMissing": False})
    found = [_Blanks() for _ in columns]
    absent = [frozenset(column.missing_values or ("",)) for column in columns]
    grammar = Grammar(dialect, frozenset().union(*absent))
    for record in islice(Framer([text], grammar).records(), _MOST_ROWS):
        cells = record.cells or ()
        if len(cells) != table.width:
            continue
        for cell, blanks, missing in zip(cells, found, absent, strict=True):
            content = str.__str__(cell)
            if isinstance(cell, QuotedCell):
                blanks.quoted += not content
                blanks.quoted_missing += content in missing
            else:
                blanks.bare += not content
    return found
