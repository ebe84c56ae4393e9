"""Finds the rows of a table that are its header, and the texts that name its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from csvgate_ops.author.infer.columns.kinds import MISSING, dominant_kind, kind_of
from csvgate_ops.author.infer.file.header import Vote, vote
from csvgate_ops.author.infer.file.rows import Row
from csvgate_ops.author.infer.file.table import Table

_TYPED: Final = 0.85
_RULER: Final = re.compile(r":?-+:?|=+")
_MARK: Final = "\ufeff"
"""A byte order mark, which stands inside a file if others were appended to it."""


@dataclass(frozen=True, slots=True)
class Header:
    labels: tuple[str, ...]
    """The labels of the header, joined if it has two rows. Empty without a header."""
    names: tuple[str, ...]
    """Texts for the names of the columns: the labels, with what stands above merged cells."""
    rows: int
    """The number of rows of the header."""
    first: int
    """The index of the first row after it."""
    is_certain: bool = True
    by_position: str = ""
    """Why columns must be read by position although their labels differ, or empty."""


def find_header(table: Table) -> Header:
    """Return the header of a table, which may have none."""
    first = table.first
    cells = table.cells(table.rows[first]) or ()
    rest = [c for row in table.rows[first + 1 : table.end] if (c := table.cells(row))]
    own = vote(cells, rest)
    if before := _short_header(table, [cells, *rest], own):
        why = "the header lacks a label for the first column"
        return Header(before, before, 1, first, by_position=why)
    if rest and _is_ruler(cells, rest[0]):
        drawn = table.rows[first].text.startswith("|")
        # The lines of a table in Markdown are as long as its longest cells.
        why = "a line of dashes follows the header, whose length varies" if drawn else ""
        joined = _joined(cells, rest[0])
        return Header(cells if drawn else joined, cells, 2, first + 2, by_position=why)
    if not own.is_header:
        return Header((), (), 0, first, own.is_sure)
    if rest and _is_second(cells, rest[0], rest[1:]):
        names = _joined(_spread(cells, rest[0]), rest[0])
        return Header(_joined(cells, rest[0]), names, 2, first + 2)
    return Header(cells, cells, 1, first + 1, own.is_sure or not rest)


def repeats(row: Row, header: Row, table: Table) -> bool:
    """Return whether a record is the header again, perhaps after a byte order mark."""
    if row.text.rstrip("\r\n").removeprefix(_MARK) == header.text.rstrip("\r\n"):
        return True
    cells, labels = table.cells(row), table.cells(header)
    return cells is not None and labels is not None and is_header_line(cells, labels)


def is_header_line(cells: Sequence[str], labels: Sequence[str]) -> bool:
    """Return whether these cells are the labels, perhaps after a byte order mark."""
    return [cells[0].removeprefix(_MARK), *cells[1:]] == list(labels)


def _short_header(
    table: Table, rows: Sequence[tuple[str, ...]], own: Vote
) -> tuple[str, ...] | None:
    """Return the labels of the line before the rows if it lacks only the first one, as in files
    that R writes with row names."""
    if not table.first or (own.is_header and own.is_sure):
        return None
    cells = table.rows[table.first - 1].cells
    if not cells or len(cells) != table.width - 1 or table.width < 3 or table.trailing:
        return None
    if not any(row[-1].strip() for row in rows):
        return None
    labels = ("", *cells)
    found = vote(labels, rows)
    return labels if found.is_header and found.is_sure else None


def _is_ruler(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether a row has only dashes below the labels, as sqlcmd, SQL*Plus and Markdown have
    it. Single and double dashes alone could be missing values."""
    drawn = [(label.strip(), cell.strip()) for label, cell in zip(first, second, strict=False)]
    return (
        len(first) == len(second)
        and all(bool(label) == bool(cell) for label, cell in drawn)
        and all(_RULER.fullmatch(cell) for _, cell in drawn if cell)
        and any(len(cell) > 2 for _, cell in drawn)
        and not any(_RULER.fullmatch(label) for label, _ in drawn)
    )


def _is_second(first: Sequence[str], second: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Return whether a row continues the header: it fills gaps of the first row, as below merged
    cells, or has texts such as units above all columns that are not text."""
    if len(second) != len(first) or len(rest) < 2:
        return False
    if any(kind_of(cell) or cell.strip() in MISSING for cell in second if cell.strip()):
        return False
    gaps = [i for i, label in enumerate(first) if not label.strip()]
    if any(gaps[-1:]) and all(second[i].strip() for i in gaps):
        return not any(all(not row[i].strip() for i in gaps) for row in rest if len(row) > gaps[-1])
    columns = list(zip(*(row for row in rest if len(row) == len(first)), strict=True))
    typed = [i for i, column in enumerate(columns) if dominant_kind(column, _TYPED)]
    return len(typed) > 1 and all(second[i].strip() for i in typed)


def _joined(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(filter(str.strip, pair)) for pair in zip(first, second, strict=True))


def _spread(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Repeat the text of merged cells: above each column that they span."""
    spread, merged = list[str](), ""
    for label, below in zip(first, second, strict=True):
        if label.strip() or not below.strip():
            merged = label if below.strip() else ""
        spread.append(label if label.strip() else merged)
    return tuple(spread)
