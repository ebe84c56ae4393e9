"""Guesses the format of dates and times, and whether they have a time zone."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from csvgate.types.registry import FIELD_TYPES

_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
_ZONE: Final = r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
_ANY_DAY: Final = (
    r"(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}"
    r"|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4})"
)
_ANY_CLOCK: Final = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_ANY_ZONE: Final = r" ?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
_DAYS: Final = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y")
_CLOCKS: Final = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p")
_COMPACT: Final = "%Y%m%d"
_DATE: Final = FIELD_TYPES["date"].default_column
_TIME: Final = FIELD_TYPES["time"].default_column


@dataclass(frozen=True, slots=True)
class TimestampType:
    """A guessed type of dates, times or both, as the contract states it."""

    type: str
    bigquery: str
    format: str | None = None
    note: str | None = None


_SHAPES: Final = (
    (re.compile(_DAY), TimestampType("date", _DATE)),
    (re.compile(f"{_DAY}T{_CLOCK}{_ZONE}"), TimestampType("datetime", "TIMESTAMP")),
    (re.compile(f"{_DAY}T{_CLOCK}"), TimestampType("datetime", "DATETIME")),
    (re.compile(_CLOCK), TimestampType("time", _TIME)),
    (re.compile(_ANY_DAY), TimestampType("date", _DATE, "any")),
    (
        re.compile(f"{_ANY_DAY}[T ]{_ANY_CLOCK}{_ANY_ZONE}"),
        TimestampType("datetime", "TIMESTAMP", "any"),
    ),
    (re.compile(f"{_ANY_DAY}[T ]{_ANY_CLOCK}"), TimestampType("datetime", "DATETIME", "any")),
    (re.compile(_ANY_CLOCK), TimestampType("time", _TIME, "any")),
)
"""The formats that the engine reads without a pattern, the strictest first."""


def guess_timestamp(values: Sequence[str], name: str) -> TimestampType | None:
    """Guess the type of distinct, non-empty values. The engine checks later that days exist."""
    if found := iso_timestamp(values):
        return found
    for pattern in _patterns(values[0], name):
        if _all_read(values, pattern):
            return _by_pattern(pattern, values)
    return None


def iso_timestamp(values: Sequence[str]) -> TimestampType | None:
    """Guess a type that needs no pattern, which is fast."""
    for shape, found in _SHAPES:
        if all(map(shape.fullmatch, values)):
            return found
    return None


def _patterns(sample: str, name: str) -> Iterator[str]:
    if not any(char.isdigit() for char in sample) or len(sample) > 30:
        return
    if sample.isdigit():
        # Eight digits are more often an identifier.
        if len(sample) == 8 and re.search("date|day|datum|tag$", name, re.IGNORECASE):
            yield _COMPACT
        return
    yield from _DAYS
    for day in _DAYS:
        yield from (f"{day} {clock}" for clock in _CLOCKS)


def _all_read(values: Sequence[str], pattern: str) -> bool:
    with suppress(ValueError):
        for value in values:
            datetime.strptime(value, pattern)
        return True
    return False


def _by_pattern(pattern: str, values: Sequence[str]) -> TimestampType:
    kind, bigquery = ("datetime", "DATETIME") if ":" in pattern else ("date", _DATE)
    note = None
    swapped = {"%d/%m": "%m/%d", "%d-%m": "%m-%d"}.get(pattern[:5])
    if swapped and _all_read(values, swapped + pattern[5:]):
        note = "guessed: day first; every value could also be month first"
    elif pattern == _COMPACT:
        note = "guessed from the name: a date"
    elif "%y" in pattern:
        note = "guessed: two-digit years"
    return TimestampType(kind, bigquery, pattern, note)
