"""What a letter holds, as a person reads it."""

import json
from dataclasses import dataclass
from typing import Any, Final

from csvgate.runtime.errors import Permanent
from csvgate_ops.operate.dead_letters.content.masking import Mask
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

ROWS: Final = 20
_CELL: Final = 200
"""Characters of a cell that are shown."""
_TEXT: Final = 20_000
"""Characters of other data."""


@dataclass(frozen=True, slots=True)
class Grid:
    columns: tuple[str, ...]
    masked: tuple[str, ...]
    """Those of the columns whose values are hidden."""
    rows: tuple[tuple[str, ...], ...]
    """The first ones."""
    total: int | None
    """Rows there are; None when they were not all counted."""


@dataclass(frozen=True, slots=True)
class Content:
    """Either a grid or a text."""

    grid: Grid | None = None
    text: str = ""
    remark: str = ""
    """Why it is not shown better."""


def content(letter: DeadLetter, mask: Mask, rows: int = ROWS) -> Content:
    """`letter.data` must be there. Anything in it may be broken: then the remark says so."""
    data = letter.data or b""
    if letter.kind == "arrow chunk":
        try:
            return Content(grid=chunk_grid(data, mask, rows))
        except Permanent as broken:
            return Content(remark=broken.message)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return Content(text=plain(data), remark="" if letter.kind == "other" else "not JSON")
    try:
        text = json.dumps(mask.json(found), indent=2, ensure_ascii=False)
    except RecursionError:
        return Content(text=plain(data), remark="nested too deeply to be laid out")
    return Content(text=text)


def chunk_grid(data: bytes, mask: Mask, rows: int | None = ROWS) -> Grid:
    """`rows` None gives them all, whole. Raises Permanent `chunk.malformed`."""
    from csvgate.chunks.arrow import decode

    table = decode(data)
    columns = tuple(str(name) for name in table.column_names)
    shown = table if rows is None else table.slice(0, rows)
    values = [
        [_cell(mask, name, value, whole=rows is None) for value in column.to_pylist()]
        for name, column in zip(columns, shown.columns, strict=True)
    ]
    return Grid(
        columns=columns,
        masked=mask.hidden(columns),
        rows=tuple(zip(*values, strict=True)),
        total=int(table.num_rows),
    )


def plain(data: bytes) -> str:
    """Text as it is, anything else with its bytes escaped; the beginning of it."""
    text = data[: 4 * _TEXT].decode("utf-8", "backslashreplace")
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"


def _cell(mask: Mask, column: str, value: Any, *, whole: bool) -> str:
    if value is None:
        return ""
    text = mask.cell(column, str(value))
    return text if whole or len(text) <= _CELL else f"{text[: _CELL - 1]}…"
