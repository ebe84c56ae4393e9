"""Files that look like a table and are not one: each is refused with the line and the remedy."""

import re
from collections.abc import Sequence
from typing import Final

from csvgate.contracts.model import MAX_FOOTER_LINES
from csvgate.csv.records import MAX_RECORD_BYTES
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.columns.kinds import kind_of
from csvgate_ops.author.infer.file.footer import Footer
from csvgate_ops.author.infer.file.rows import Row
from csvgate_ops.author.infer.file.table import Table

_NAMES: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a pipe"}
_GAP: Final = re.compile(r"\S {2,}\S")
_WHOLE: Final = re.compile(r"[-+]?[0-9]+")
_FRACTION: Final = re.compile(r"[0-9]{1,4}")
_MANY_WIDER: Final = 0.5


def require_columns(table: Table, delimiters: Sequence[str]) -> None:
    """Raise Unusable if the table has one column although most lines have a usual delimiter."""
    rows = [row for row in table.rows if row.cells]
    if table.width > 1 and not table.rank:
        raise _ragged(table)
    if table.width > 1 or len(rows) < 2:
        return
    _require_closed_quotes(table, delimiters)
    lines = [row.text.strip() for row in rows if not row.text.startswith("#")]
    if len(lines) > 2 and all(map(_GAP.search, lines)):
        raise Unusable(
            "no table was found: the lines look like columns of fixed width, filled with spaces, "
            "which csvgate does not read. Export the file with a delimiter"
        )
    for delimiter in delimiters:
        found = [r for r in rows if any(delimiter in c for c in r.cells or ()) and _bare(r, table)]
        if 2 * len(found) <= len(rows) or all(kind_of(r.text) for r in rows[1:]):
            continue
        counts = sorted({row.text.count(delimiter) for row in found})
        many = f"{counts[0]} to {counts[-1]} of them" if len(counts) > 1 else "lines differ"
        raise Unusable(
            f"no table was found: {len(found)} of {len(rows)} lines contain {_NAMES[delimiter]}, "
            f"but not equally often ({many}). If it separates columns, quote the cells that "
            "contain it, and give each line the same number of cells; if the file is one column "
            "of text, quote its values"
        )


def _ragged(table: Table) -> Unusable:
    """Return the error for lines of many widths."""
    first = next(row for row in table.rows if table.fits(row))
    other = next((row for row in table.rows if not table.fits(row)), first)
    return Unusable(
        f"no table was found: line {first.line} has {first.width} cells, line {other.line} has "
        f"{other.width}, and most lines differ from both. Give each line the same number of cells, "
        "and quote cells that contain the delimiter"
    )


def _require_closed_quotes(table: Table, delimiters: Sequence[str]) -> None:
    """Raise Unusable if a cell seems to be longer than a record may be, so that its lines were read
    as rows of one column."""
    for delimiter in delimiters:
        if delimiter not in table.rows[0].text:
            continue
        for row in table.rows[1:]:
            if row.text.count('"') % 2 and f'{delimiter}"' in row.text:
                raise Unusable(
                    f"no table was found: line {row.line} opens a quote that is not closed within "
                    f"{MAX_RECORD_BYTES:,} bytes, the most that a row may have. Close the "
                    "quote, or shorten the cell"
                )


def _bare(row: Row, table: Table) -> bool:
    quote = table.shape.quote_char
    return quote is None or not row.text.lstrip().startswith(quote)


def require_decimal_points(table: Table) -> None:
    """Raise Unusable if rows have more cells than the header because the comma is the delimiter and
    the decimal character, too."""
    if table.shape.delimiter != "," or not table.rows:
        return
    header = next((r for r in table.rows[max(0, table.first - 1) :] if r.width > 1), None)
    if header is None or any(kind_of(cell) for cell in header.cells or ()):
        return
    rows = [row for row in table.rows if row.line > header.line and row.cells]
    wider = [row for row in rows if row.width > header.width]
    if not wider or len(wider) < _MANY_WIDER * len(rows):
        return
    if all(row.text.startswith('"') for row in (header, *wider)):
        return  # R quotes the names of rows, which have no label
    if all(_pairs(row.cells or ()) >= row.width - header.width for row in wider):
        first = wider[0]
        raise Unusable(
            f"line {first.line} has {first.width} cells under {header.width} labels, probably "
            "because numbers have an unquoted decimal comma: it cannot be distinguished from the "
            "delimiter. Export the file with another delimiter such as ;, with decimal points, or "
            "with quotes around the numbers"
        )


def _pairs(cells: Sequence[str]) -> int:
    """Count neighbours that may be the two parts of one number."""
    count = index = 0
    while index + 1 < len(cells):
        if _WHOLE.fullmatch(cells[index].strip()) and _FRACTION.fullmatch(cells[index + 1].strip()):
            count += 1
            index += 1
        index += 1
    return count


def require_whole_header(table: Table) -> None:
    """Raise Unusable if the line before the rows is a row or header that cannot be read."""
    if not table.first:
        return
    before = table.rows[table.first - 1]
    if before.cells is None and before.text.count(table.shape.delimiter) == table.width - 1 > 0:
        raise Unusable(
            f"line {before.line} cannot be the header: its quotes are not closed properly. Correct "
            "it, or remove it"
        )


def require_one_table(table: Table, footer: Footer) -> None:
    """Raise Unusable if more lines follow the rows than a footer has."""
    after = table.rows[table.end :]
    if len(after) > MAX_FOOTER_LINES and not footer.rows:
        start, end = table.rows[table.first].line, table.rows[table.end - 1].line
        raise Unusable(
            f"the file has several parts: the table with {table.width} columns is in lines {start} "
            f"to {end}, and other lines follow from line {after[0].line} on. Save each table in "
            "its own file"
        )
