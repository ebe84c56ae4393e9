"""Divides a file into preamble, header, rows and footer, and names what it is not sure of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from csvgate.contracts.model import MAX_FOOTER_LINES
from csvgate.text import shorten
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.columns.kinds import MISSING, dominant_kind, kind_of
from csvgate_ops.author.infer.file.footer import Footer, find_footer
from csvgate_ops.author.infer.file.header import Vote, vote
from csvgate_ops.author.infer.file.rows import first_rows, is_sound, last_rows
from csvgate_ops.author.infer.file.table import Table
from csvgate_ops.author.infer.file.traps import (
    require_decimal_points,
    require_one_table,
    require_whole_header,
)

_SHOWN: Final = 60
_TYPED: Final = 0.85


@dataclass(slots=True)
class Layout:
    table: Table
    labels: tuple[str, ...]
    """The labels of the header, joined if it has two rows. Empty without a header."""
    header_rows: int
    rows: list[tuple[str, ...]]
    """The cells of sound rows, without the header and lines that repeat it."""
    read: int
    """The number of records after the header that were read."""
    preamble_lines: int
    skipped: str
    """The last line of the preamble that is not blank, or empty."""
    footer: Footer
    header_end: int
    """The last physical line of the header, or of what precedes the first row."""
    complete: bool
    """True if all records of the text were read."""
    row_names: bool = False
    """True if the header lacks a label for the first column, as R writes row names."""
    remarks: list[str] = field(default_factory=list)


def lay_out(text: bytes, table: Table, line: int, most_rows: int, *, whole: bool) -> Layout:
    """Divide a UTF-8 text that begins with the given line. `whole` is true if the text is the
    whole file, so that it has the footer. Raises Unusable if there is not one certain table."""
    most = most_rows + 1 + table.first
    found = first_rows(text, table.shape, line=line, most=most + 1)
    complete = len(found) <= most
    table.rows = found[:most]
    table.end = len(table.rows) if not complete else table.end
    fitting = [i for i, row in enumerate(table.rows) if table.fits(row)]
    if not fitting:
        raise Unusable(
            f"line {table.rows[0].line} cannot be the header: its quotes are not closed properly, "
            "like those of all other lines. Correct them, or export the file again"
        )
    if complete:
        table.end = fitting[-1] + 1
    require_whole_header(table)
    require_decimal_points(table)
    labels, header_rows, first, certain, row_names = _header(table)
    body = [c for r in table.rows[first:] if (c := table.cells(r)) and is_sound(c, table.width)]
    footer = _footer(text, table, body, line, complete=complete) if whole else Footer()
    if complete:
        require_one_table(table, footer)
        keep = len(table.rows) - footer.rows
        body = [
            c for r in table.rows[first:keep] if (c := table.cells(r)) and is_sound(c, table.width)
        ]
    remarks = []
    if header_rows and not certain:
        remarks.append(
            "The first row is taken for the header, which is not certain. If it is a row, use "
            "header: false in the contract's dialect and take the labels out."
        )
    repeated = [r.line for r in table.rows[first:] if r.cells and table.cells(r) == labels]
    if labels and repeated:
        where = ", ".join(map(str, repeated[:5]))
        remarks.append(f"The header is repeated inside the file: line {where}")
        body = [cells for cells in body if cells != labels]
    start = first - header_rows
    preceding = table.rows[:start]
    return Layout(
        table,
        labels,
        header_rows,
        body,
        read=len(table.rows) - first - (footer.rows if complete else 0),
        preamble_lines=table.rows[start].line - 1 if preceding else 0,
        skipped=shorten(preceding[-1].text, _SHOWN) if preceding else "",
        footer=footer,
        header_end=table.rows[first].line - 1 if first < len(table.rows) else 0,
        complete=complete,
        row_names=row_names,
        remarks=remarks,
    )


def _header(table: Table) -> tuple[tuple[str, ...], int, int, bool, bool]:
    """Return the labels, the number of rows of the header, the index of the first row, whether the
    decision is certain, and whether the first label is missing."""
    first = table.first
    cells = table.cells(table.rows[first]) or ()
    rest = [c for row in table.rows[first + 1 : table.end] if (c := table.cells(row))]
    own = vote(cells, rest)
    if before := _short_header(table, [cells, *rest], own):
        return before, 1, first, True, True
    if not own.is_header:
        return (), 0, first, own.is_sure, False
    if rest and _is_second(cells, rest[0], rest[1:]):
        joined = tuple(" ".join(filter(str.strip, p)) for p in zip(cells, rest[0], strict=True))
        return joined, 2, first + 2, True, False
    return cells, 1, first + 1, own.is_sure or not rest, False


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


def _footer(
    text: bytes, table: Table, body: Sequence[tuple[str, ...]], line: int, *, complete: bool
) -> Footer:
    if complete:
        last = line + _lines(text.rstrip(b"\r\n")) - 1
        return find_footer(table, table.rows[table.first :], last, body)
    tail = last_rows(text, table.shape)
    # The lines of the tail are counted from its own beginning.
    end = tail[-1].line + tail[-1].lines - 1 if tail else 0
    return find_footer(table, tail[-2 * MAX_FOOTER_LINES :], end, body)


def _lines(text: bytes) -> int:
    return len(text.splitlines())
