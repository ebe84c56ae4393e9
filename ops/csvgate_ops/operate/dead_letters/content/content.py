"""A letter's data in a readable form, and the form of the rows that belong to it."""

import json
from dataclasses import dataclass
from typing import Final

from csvgate_ops.operate.dead_letters.content.masking import Mask
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

ROWS: Final = 20
_TEXT: Final = 20_000
"""The most characters shown of data that is not JSON."""


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
    """The data as text: formatted, if it is JSON."""

    text: str = ""
    remark: str = ""
    """Why the data cannot be shown in a better form."""


def content(letter: DeadLetter, mask: Mask) -> Content:
    """Requires `letter.data`. If the data is damaged, the remark says so."""
    data = letter.data or b""
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


def text_beginning(data: bytes) -> str:
    """Return the beginning of the data as text; bytes that are not UTF-8 are escaped."""
    text = data[: 4 * _TEXT].decode("utf-8", "backslashreplace")
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"
