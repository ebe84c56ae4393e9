"""Text for terminals and pages: untrusted text made printable, columns, durations and sizes."""

import unicodedata
from datetime import UTC, datetime
from typing import Final

from csvgate.text import counted

_UNITS: Final = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def printable(text: str) -> str:
    r"""Return the text on one line: a character that is not printable is written as in Python
    source, `\n` or `\u202e`. Names and cells come from outside, and a terminal must not obey
    them."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def display_width(text: str) -> int:
    """Return how many terminal columns a printable text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut_to_width(text: str, columns: int) -> str:
    """Return the text, or its beginning and an ellipsis, in at most `columns` columns."""
    if display_width(text) <= columns:
        return text
    while display_width(text) >= columns:
        text = text[: columns - 1] if len(text) > columns else text[:-1]
    return text + "…"


def pad_to_width(text: str, columns: int, *, right: bool = False) -> str:
    """Fill the text with spaces to `columns` columns; `right` aligns it to the right."""
    space = " " * (columns - display_width(text))
    return space + text if right else text + space


def duration(seconds: int) -> str:
    """Return a setting's duration in the largest unit of which there are two or more, or exactly
    one: 5400 is `90 minutes`."""
    for unit, size in _UNITS:
        if seconds >= 2 * size or seconds == size:
            return counted(seconds // size, unit)
    return "no time"


def utc(at: datetime) -> str:
    """Return the time as people read it in a terminal: `2026-11-29 14:03:10 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def rough_duration(seconds: float) -> str:
    """Return an age in the largest unit that fits, rounded down: 5400 is `1 hour`."""
    for unit, size in _UNITS:
        if seconds >= size:
            return counted(int(seconds // size), unit)
    return "< 1 second"


def byte_size(octets: float) -> str:
    """Return a size such as `1 byte`, `1.5 KiB` or `20.0 GiB`."""
    if octets < 1024:
        return counted(int(octets), "byte")
    for unit, power in (("KiB", 1), ("MiB", 2), ("GiB", 3)):
        if octets < 1024 ** (power + 1) or unit == "GiB":
            return f"{octets / 1024**power:.1f} {unit}"
    raise AssertionError("GiB takes all")
