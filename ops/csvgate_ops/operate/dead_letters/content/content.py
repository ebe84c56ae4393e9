"""A letter's data in a readable form: a table of the rows of a chunk, or text."""

import json
from dataclasses import dataclass
from typing import Any, Final

from csvgate.runtime.errors import Permanent
from csvgate.text import shorten
from csvgate_ops.operate.dead_letters.content.masking import Mask
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

ROWS: Final = 20
_CELL: Final = 200
"""The most characters shown of a cell."""
_TEXT: Final = 20_000
"""The most characters shown of data that is not a chunk."""


@dataclass(frozen=True, slots=True)
class Grid:
    columns: tuple[str, ...]
    masked: tuple[str, ...]
    """The columns whose values are hidden."""
    rows: tuple[tuple[str, ...], ...]
    """The first rows."""
    total: int | None
    """Number of all rows; None when they were not counted to the end."""


@dataclass(frozen=True, slots=True)
class Content:
    """Either a grid or text."""

    grid: Grid | None = None
    text: str = ""
    remark: str = ""
    """Why the data cannot be shown in a better form."""


def content(letter: DeadLetter, mask: Mask, rows: int = ROWS) -> Content:
    """Requires `letter.data`. If the data is damaged, the remark says so."""
    data = letter.data or b""
    if letter.kind == "arrow chunk":
        try:
            return Content(grid=chunk_grid(data, mask, rows))
        except Permanent as broken:
            return Content(remark=broken.message)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return Content(
            text=text_beginning(data),
            remark="" if letter.kind == "other" else "The data is not JSON.",
        )
    try:
        text = json.dumps(mask.json(found), indent=2, ensure_ascii=False)
    except RecursionError:
        return Content(
            text=text_beginning(data), remark="The JSON is nested too deeply to be formatted."
        )
    return Content(text=text)


def chunk_grid(data: bytes, mask: Mask, rows: int | None = ROWS) -> Grid:
    """Return the first `rows` rows of a chunk, with long cells cut; None gives all rows, uncut.
    Raises Permanent `chunk.malformed`."""
    from csvgate.chunks.arrow import decode

    table = decode(data)
    columns = tuple(str(name) for name in table.column_names)
    shown = table if rows is None else table.slice(0, rows)
    values = [
        [_cell(mask, name, value, cut=rows is not None) for value in column.to_pylist()]
        for name, column in zip(columns, shown.columns, strict=True)
    ]
    return Grid(
        columns=columns,
        masked=mask.hidden(columns),
        rows=tuple(zip(*values, strict=True)),
        total=int(table.num_rows),
    )


def text_beginning(data: bytes) -> str:
    """Return the beginning of the data as text; bytes that are not UTF-8 are escaped."""
    text = data[: 4 * _TEXT].decode("utf-8", "backslashreplace")
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"


def _cell(mask: Mask, column: str, value: Any, *, cut: bool) -> str:
    if value is None:
        return ""
    text = mask.cell(column, str(value))
    return shorten(text, _CELL) if cut else text
