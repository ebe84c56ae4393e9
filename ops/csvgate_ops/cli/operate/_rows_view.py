"""Prints rows of a table, side by side if the terminal is wide enough, or one below the other."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

import click

from csvgate.text import counted
from csvgate_ops.author.check.output import columns, write
from csvgate_ops.operate.tables import Rows
from csvgate_ops.text import cut_to_width, display_width, pad_to_width, printable

_WIDTH: Final = 130
"""Columns of the terminal if standard output is not one."""
_GAP: Final = "  "
_WIDEST: Final = 40
_NULL: Final = "NULL"


def print_rows(rows: Rows, *, as_json: bool) -> None:
    """Print rows to standard output. JSON has one object per row, as a list."""
    if as_json:
        found = [dict(zip(rows.columns, map(_plain, row), strict=True)) for row in rows.values]
        write([json.dumps(found, indent=2), "\n"])
        return
    write(f"{line}\n" for line in _lines(rows, columns() or _WIDTH))
    shown = len(rows.values)
    if rows.total is not None and rows.total > shown:
        more = f"the first {counted(shown, 'row')} of {rows.total:,}; --most shows more"
        click.echo(f"({more})", err=True)


def _lines(rows: Rows, width: int) -> Iterator[str]:
    if not rows.columns:
        yield "done; there are no rows to show"
        return
    if not rows.values:
        yield f"no rows; the columns are: {', '.join(map(printable, rows.columns))}"
        return
    names = [printable(name) for name in rows.columns]
    cells = [[_shown(value) for value in row] for row in rows.values]
    widths = [
        min(_WIDEST, max(map(display_width, (name, *column))))
        for name, column in zip(names, zip(*cells, strict=True), strict=True)
    ]
    if sum(widths) + len(_GAP) * (len(widths) - 1) > width:
        yield from _records(names, cells)
        return
    numeric = [_is_numeric(column) for column in zip(*rows.values, strict=True)]
    for line in (names, *cells):
        parts = [
            pad_to_width(cut_to_width(text, size), size, right=right)
            for text, size, right in zip(line, widths, numeric, strict=True)
        ]
        yield _GAP.join(parts).rstrip()


def _records(names: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[str]:
    longest = max(map(display_width, names))
    for number, row in enumerate(cells, 1):
        yield f"row {number}"
        for name, text in zip(names, row, strict=True):
            yield f"{_GAP}{pad_to_width(name, longest)}{_GAP}{text}".rstrip()


def _is_numeric(column: Sequence[Any]) -> bool:
    given = [value for value in column if value is not None]
    numbers = (int, float, Decimal)
    return bool(given) and all(
        isinstance(value, numbers) and not isinstance(value, bool) for value in given
    )


def _shown(value: Any) -> str:
    if value is None:
        return _NULL
    plain = _plain(value)
    return printable(plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False))


def _plain(value: Any) -> Any:
    """Return a value of BigQuery as JSON has it: decimals, times and bytes as text."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value
