"""Reads the records that make up the header, and joins their labels."""

from collections.abc import Iterable, Sequence
from itertools import islice, zip_longest
from typing import Final

from csvgate.contracts.model import Dialect
from csvgate.csv.records import Record
from csvgate.validation.faults import FileFault

_LEAST_LABELS: Final = 2
"""A row with fewer labels may be equal to a row of the header by chance."""


def header_rows(records: Iterable[Record], dialect: Dialect) -> list[Record]:
    """Return the first records, of which the header consists; fewer at the end of the file. Without
    a header this is the first row."""
    return list(islice(records, count_header_rows(dialect)))


def count_header_rows(dialect: Dialect) -> int:
    """Return the number of records that `header_rows` returns, unless the file is shorter."""
    return len(dialect.header_rows) if dialect.header else 1


def joined_labels(rows: Sequence[Sequence[str]], join: str) -> list[str]:
    """Return the labels of the columns: those of several rows are joined from top to bottom without
    the spaces around them, and blank ones are left out."""
    if len(rows) == 1:
        return list(rows[0])
    columns = ([part.strip() for part in parts] for parts in zip_longest(*rows, fillvalue=""))
    return [join.join(filter(None, parts)) for parts in columns]


def label_rows(records: Sequence[Record], dialect: Dialect) -> list[list[str]]:
    """Return the labels in each row of the header, without the empty one after a trailing
    delimiter."""
    # A label with an escape character is a MarkedCell.
    rows = [list(map(str, record.cells or [])) for record in records]
    longest = max(map(len, rows))
    if dialect.trailing_delimiter and longest > 1:
        ends = [row[-1] for row in rows if len(row) == longest]
        if not any(ends):
            return [row[: longest - 1] for row in rows]
    return rows


def check_rows(rows: Sequence[Sequence[str]], dialect: Dialect, line: int) -> None:
    """Raises FileFault if the file does not have all rows of its header, or if these have different
    numbers of cells. `line` is the first line of the header."""
    count = len(dialect.header_rows)
    if len(rows) < count:
        message = f"the file ends after {len(rows)} of the {count} rows of its header"
        remedy = "check the file, or correct the contract's `dialect.headerRows`"
        raise FileFault("header.unreadable", f"{message}; {remedy}", line)
    widths = list(map(len, rows))
    if len(set(widths)) > 1:
        found = ", ".join(map(str, widths))
        message = f"the {count} rows of the header have different numbers of cells ({found})"
        remedy = "add the missing delimiters, or correct the contract's `dialect.headerRows`"
        raise FileFault("header.unreadable", f"{message}; {remedy}", line)


def repeatable_rows(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the cells of those rows of the header that are certainly not rows of the file if they
    appear again."""
    return tuple(
        tuple(row)
        for row in rows
        if sum(bool(cell.strip()) for cell in row) >= _LEAST_LABELS and "\0" not in "".join(row)
    )
