"""Divides a file into preamble, header, rows and footer, and names what it is not sure of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from csvgate.contracts.model import MAX_FOOTER_LINES
from csvgate.text import shorten
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.file.footer import Footer, find_footer
from csvgate_ops.author.infer.file.header_rows import (
    Header,
    find_header,
    is_header_line,
    repeats,
)
from csvgate_ops.author.infer.file.rows import first_rows, is_sound, last_rows
from csvgate_ops.author.infer.file.table import Table
from csvgate_ops.author.infer.file.traps import (
    require_decimal_points,
    require_one_table,
    require_whole_header,
)

_SHOWN: Final = 60


@dataclass(slots=True)
class Layout:
    text: bytes
    table: Table
    header: Header
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
    header = find_header(table)
    labels, header_rows, first = header.labels, header.rows, header.first
    body = [c for r in table.rows[first:] if (c := table.cells(r)) and is_sound(c, table.width)]
    footer = _footer(text, table, body, line, complete=complete) if whole else Footer()
    if complete:
        require_one_table(table, footer)
        keep = len(table.rows) - footer.rows
        body = [
            c for r in table.rows[first:keep] if (c := table.cells(r)) and is_sound(c, table.width)
        ]
    remarks = []
    if header_rows and not header.is_certain:
        remarks.append(
            "The first row is taken for the header, which is not certain. If it is a row, use "
            "header: false in the contract's dialect and take the labels out."
        )
    start = first - header_rows
    repeated = [r.line for r in table.rows[first:] if repeats(r, table.rows[start], table)]
    if labels and repeated:
        where = ", ".join(map(str, repeated[:5]))
        remarks.append(f"The header is repeated inside the file: line {where}")
        body = [cells for cells in body if not is_header_line(cells, labels)]
    preceding = table.rows[:start]
    return Layout(
        text,
        table,
        header,
        body,
        read=len(table.rows) - first - (footer.rows if complete else 0),
        preamble_lines=table.rows[start].line - 1 if preceding else 0,
        skipped=shorten(preceding[-1].text, _SHOWN) if preceding else "",
        footer=footer,
        header_end=table.rows[first].line - 1 if first < len(table.rows) else 0,
        complete=complete,
        remarks=remarks,
    )


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
