"""Guesses the format of dates and times, and whether they have a time zone.

The readers of the engine decide whether a format fits; this module only proposes formats.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from csvgate.types.registry import FIELD_TYPES
from csvgate_ops.author.infer.columns.evidence import Evidence, month_first
from csvgate_ops.author.infer.columns.kinds import MOMENTS, kind_of
from csvgate_ops.author.infer.columns.languages import languages_of
from csvgate_ops.author.infer.columns.patterns import has_names, patterns_for
from csvgate_ops.author.infer.columns.readers import reader, reads, reads_all

_COMPACT: Final = ("%Y%m%d", "%Y%m%d%H%M%S")
_HOURS: Final = {10: "%Y%m%d%H", 12: "%Y%m%d%H%M"}
_COMPACT_DAY: Final = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_LONGEST: Final = 45
_ENOUGH: Final = 3
"""Distinct numbers of eight digits that are unlikely to be dates by chance."""
_MOST_FORMATS: Final = 3
_PROBED: Final = 20
"""Values that a format must read before all others are tried."""
_DATE_NAME: Final = re.compile(r"date|day|datum|tag$|fecha|data$|дата", re.IGNORECASE)
_TIME_NAME: Final = re.compile(
    r"time|epoch|(^|_)ts$|_at$|At$|created|updated|zeit|date", re.IGNORECASE
)
_EPOCH: Final = re.compile(r"1[0-9]{9}")
_EPOCH_MS: Final = re.compile(r"1[0-9]{12}")
_SERIAL: Final = re.compile(r"(?:3[0-9]|4[0-9]|5[0-5])[0-9]{3}")
_SERIAL_TIME: Final = re.compile(_SERIAL.pattern + r"(?:\.[0-9]+)?")
_RECENT: Final = re.compile(r"4(?:3[89]|[4-7][0-9])[0-9]{2}(?:\.[0-9]+)?")
"""Excel's numbers of the days from December 2019 to December 2030, roughly."""
_KEY_NAME: Final = re.compile(
    r"(^|_)(id|nr|no|num|number|code|zip|plz|postcode|sku)", re.IGNORECASE
)
_DAY_FIRST: Final = {"%d": "%m", "%m": "%d"}


@dataclass(frozen=True, slots=True)
class TimestampType:
    """A guessed type of dates, times or both, as the contract states it."""

    type: str
    bigquery: str
    format: str | tuple[str, ...] | None = None
    language: str | None = None
    note: str | None = None


def guess_timestamp(values: Sequence[str], name: str, evidence: Evidence) -> TimestampType | None:
    """Guess the type of distinct, non-empty values that are not blank."""
    if max(map(len, values)) > _LONGEST or not any(c.isdigit() for c in values[0]):
        return None
    if all(value.isascii() and value.isdigit() for value in values):
        return _by_digits(values, name)
    if _DATE_NAME.search(name) and all(map(_SERIAL_TIME.fullmatch, values)):
        note = "guessed from the name: Excel's days and parts of days"
        return TimestampType("datetime", "DATETIME", "excel", note=note)
    if not all(kind_of(value) in MOMENTS for value in values[:_PROBED]):
        return None
    if found := iso_timestamp(values):
        return found
    for pattern in patterns_for(values[0], evidence):
        if (read := _pattern_reader(pattern)) and reads_all(read, values):
            return _by_pattern(pattern, values, evidence)
    if found := _in_another_language(values, evidence):
        return found
    if all(kind_of(value) in MOMENTS for value in values):
        return _several_formats(values, evidence)
    return None


def serial_note(values: Sequence[str], name: str) -> str | None:
    """Return a comment for numbers that may be days as Excel counts them, although no name says
    so."""
    if len(values) < _ENOUGH or _KEY_NAME.search(name) or not all(map(_RECENT.fullmatch, values)):
        return None
    kind = "datetime" if any("." in value for value in values) else "date"
    return f"perhaps Excel's day numbers; then use type: {kind}, format: excel"


def iso_timestamp(values: Sequence[str]) -> TimestampType | None:
    """Guess a type that needs no pattern."""
    for type_name in ("date", "time"):
        for form in ("default", "any"):
            if reads_all(reader(type_name, "STRING", format=form), values):
                column = FIELD_TYPES[type_name].default_column
                return TimestampType(type_name, column, None if form == "default" else form)
    for form in ("default", "any"):
        if zones := _zones(reader("datetime", "STRING", format=form), values):
            if len(zones) > 1:
                return None
            column = "TIMESTAMP" if True in zones else "DATETIME"
            return TimestampType("datetime", column, None if form == "default" else form)
    return None


def _zones(read: Any, values: Sequence[str]) -> set[bool]:
    """Return whether values have a time zone; nothing if some are not datetimes."""
    if not reads_all(read, values[:_PROBED]) or not reads_all(read, values):
        return set()
    return {read(value).tzinfo is not None for value in values}


def _by_digits(values: Sequence[str], name: str) -> TimestampType | None:
    """Guess by the name what digits alone mean."""
    if all(map(_COMPACT_DAY.fullmatch, values)):
        read = reader("date", format=_COMPACT[0])
        by_name = _DATE_NAME.search(name) is not None
        if (by_name or len(values) >= _ENOUGH) and reads_all(read, values):
            why = "from the name" if by_name else "because all have eight digits that are a day"
            return TimestampType("date", "DATE", _COMPACT[0], note=f"guessed {why}: a date")
    elif found := _compact_hours(values, name):
        return found
    elif all(len(v) == 14 for v in values) and reads_all(_pattern_reader(_COMPACT[1]), values):
        return TimestampType("datetime", "DATETIME", _COMPACT[1], note="guessed: a datetime")
    elif _TIME_NAME.search(name) and all(map(_EPOCH.fullmatch, values)):
        note = "guessed from the name: seconds since 1970"
        return TimestampType("datetime", "TIMESTAMP", "epoch", note=note)
    elif _TIME_NAME.search(name) and all(map(_EPOCH_MS.fullmatch, values)):
        note = "guessed from the name: milliseconds since 1970"
        return TimestampType("datetime", "TIMESTAMP", "epoch_ms", note=note)
    elif _DATE_NAME.search(name) and all(map(_SERIAL.fullmatch, values)):
        return TimestampType("date", "DATE", "excel", note="guessed from the name: Excel's days")
    return None


def _compact_hours(values: Sequence[str], name: str) -> TimestampType | None:
    """Guess datetimes without seconds by the name, such as 2026110315 and 202611031530."""
    for length, pattern in _HOURS.items():
        if (
            _DATE_NAME.search(name)
            and all(len(v) == length and _COMPACT_DAY.match(v) for v in values)
            and reads_all(_pattern_reader(pattern), values)
        ):
            note = "guessed from the name: a datetime"
            return TimestampType("datetime", "DATETIME", pattern, note=note)
    return None


@cache
def _pattern_reader(pattern: str, language: str | None = None) -> Any:
    kind = _type_of(pattern)
    given = {} if language is None else {"language": language}
    with suppress(ValueError):
        return reader(kind, "STRING", format=pattern, **given)
    return None


def _type_of(pattern: str) -> str:
    day = "%d" in pattern
    return "datetime" if day and ("%H" in pattern or "%I" in pattern) else "date" if day else "time"


def _by_pattern(pattern: str, values: Sequence[str], evidence: Evidence) -> TimestampType:
    kind = _type_of(pattern)
    zoned = "%z" in pattern or "%Z" in pattern
    bigquery = "TIMESTAMP" if zoned else FIELD_TYPES[kind].default_column
    if kind == "datetime" and not zoned:
        bigquery = "DATETIME"
    note = None
    swapped = _swapped(pattern)
    if swapped and month_first(values) is None and reads_all(_pattern_reader(swapped), values):
        order = "month first" if pattern.startswith("%m") else "day first"
        other = "day first" if pattern.startswith("%m") else "month first"
        note = f"guessed: {order}; every value could also be {other}"
        if evidence.month_first is not None:
            note = f"{order}, as in another column"
    elif "%y" in pattern:
        note = "guessed: two-digit years"
    return TimestampType(kind, bigquery, pattern, note=note)


def _in_another_language(values: Sequence[str], evidence: Evidence) -> TimestampType | None:
    """Guess the type of dates with names of months that are not English."""
    for language in languages_of(values):
        for pattern in patterns_for(values[0], evidence):
            if not has_names(pattern):
                continue
            read = _pattern_reader(pattern, language)
            if read and reads_all(read, values):
                found = _by_pattern(pattern, values, evidence)
                return replace(found, language=language)
    return None


def _swapped(pattern: str) -> str | None:
    if pattern[:2] in _DAY_FIRST and pattern[3:5] in _DAY_FIRST and pattern[:2] != pattern[3:5]:
        return pattern[3:5] + pattern[2] + pattern[:2] + pattern[5:]
    return None


def _several_formats(values: Sequence[str], evidence: Evidence) -> TimestampType | None:
    """Guess a list of formats that together read every value. Each must read several."""
    rest, chosen = list(values), list[str]()
    while rest and len(chosen) < _MOST_FORMATS:
        best, left = "", rest
        for form in ("any", *patterns_for(rest[0], evidence)):
            read = _reader_of(form, values)
            if read is None or not reads(read, rest[0]) or _swapped(form) in chosen:
                continue
            remaining = [value for value in rest if not reads(read, value)]
            if len(remaining) < len(left):
                best, left = form, remaining
        if not best or len(rest) - len(left) < min(2, len(rest)):
            return None
        chosen.append(best)
        rest = left
    if rest or len({_is_zoned(value, chosen, values) for value in values}) > 1:
        return None
    kind = "datetime" if any(":" in value for value in values) else "date"
    column = "DATE" if kind == "date" else "DATETIME"
    if kind == "datetime" and _is_zoned(values[0], chosen, values):
        column = "TIMESTAMP"
    note = f"guessed: dates of {len(chosen)} forms"
    return TimestampType(kind, column, tuple(chosen), note=note)


def _is_zoned(value: str, chosen: Sequence[str], values: Sequence[str]) -> bool:
    """Return whether a value has a time zone, by the first of the formats that reads it."""
    read = next(r for form in chosen if reads(r := _reader_of(form, values), value))
    return getattr(read(value), "tzinfo", None) is not None


def _reader_of(form: str, values: Sequence[str]) -> Any:
    kind = "datetime" if any(":" in value for value in values) else "date"
    if form == "any":
        return reader(kind, "STRING", format=form)
    return _pattern_reader(form) if _type_of(form) == kind else None
