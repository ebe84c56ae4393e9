"""Dates and times as Table Schema spells them: ISO 8601 by default, `any`, or a strptime pattern.

Python's own ISO reader is laxer than Table Schema, so the shape is looked at first.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Final

from csvgate.contracts.model import SchemaField
from csvgate.types.cell_fault import CellFault

_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6}(?P<fine>[0-9]*))?"
_ZONE: Final = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
# `any` takes only what cannot be misread: year first, or day first with dots; never 03/04/2026.
_ANY_DATE: Final = (
    r"(?:(?P<y>[0-9]{4})(?P<s>[-/])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})"
    r"|(?P<d2>[0-9]{1,2})\.(?P<m2>[0-9]{1,2})\.(?P<y2>[0-9]{4}))"
)
_ANY_TIME: Final = (
    r"(?P<h>[0-9]{1,2}):(?P<rest>[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6}(?P<fine>[0-9]*))?)?)"
)
_ANY_ZONE: Final = r"(?: ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2}))?"
_FOREIGN_DIGIT: Final = re.compile(r"(?![0-9])\d")
_TOO_FINE: Final = ("bigquery.scale", "has digits beyond the microsecond, which BigQuery drops")
_YEAR_ZERO: Final = ("bigquery.range", "is before the year 0001, where BigQuery begins")


def date_reader(field: SchemaField) -> Callable[[str], date]:
    """Reads the text of a cell; raises CellFault `type.date`, `bigquery.range`."""
    wrong = ("type.date", _message(field, "a date", "2026-11-21"))
    if field.format not in ("default", "any"):
        moment = _by_pattern(field.format, wrong)
        return lambda text: moment(text).date()
    shape = re.compile(_ANY_DATE if field.format == "any" else _DATE)

    def read(text: str) -> date:
        if not (found := shape.fullmatch(text)):
            raise CellFault(wrong)
        try:
            return date.fromisoformat(_iso_date(found) if found.re.groups else text)
        except ValueError:
            raise _impossible(text, "type.date", "the calendar has no such day") from None

    return read


def time_reader(field: SchemaField) -> Callable[[str], time]:
    """Reads the text of a cell; raises CellFault `type.time`, `bigquery.scale`."""
    wrong = ("type.time", _message(field, "a time of day", "14:30:00"))
    if field.format not in ("default", "any"):
        moment = _by_pattern(field.format, wrong)
        return lambda text: moment(text).time()
    lax = field.format == "any"
    shape = re.compile(_ANY_TIME if lax else _TIME)

    def read(text: str) -> time:
        if not (found := shape.fullmatch(text)):
            raise CellFault(wrong)
        _check_fineness(found)
        try:
            return time.fromisoformat(_iso_time(found) if lax else text)
        except ValueError:
            raise CellFault(("type.time", "the day has no such time")) from None

    return read


def datetime_reader(field: SchemaField, kind: str) -> Callable[[str], datetime]:
    """Reads the text of a cell for a TIMESTAMP (which needs a time zone; comes in UTC), a DATETIME
    (which must have none) or a STRING column (either).

    Raises CellFault `type.datetime`, `bigquery.time_zone`, `bigquery.range`, `bigquery.scale`.
    """
    read = _datetime_in_any_zone(field)

    def read_zoned(text: str) -> datetime:
        value = read(text)
        if value.tzinfo is UTC:
            return value
        if value.tzinfo is None:
            message = "has no time zone, which TIMESTAMP needs: add Z for UTC, or +02:00"
            raise CellFault(("bigquery.time_zone", message))
        try:
            return value.astimezone(UTC)
        except OverflowError:
            message = "is outside the years 0001 to 9999 in UTC"
            raise CellFault(("bigquery.range", message)) from None

    def read_local(text: str) -> datetime:
        value = read(text)
        if value.tzinfo is not None:
            message = "has a time zone, which DATETIME cannot keep: drop it, or use TIMESTAMP"
            raise CellFault(("bigquery.time_zone", message))
        return value

    return {"TIMESTAMP": read_zoned, "DATETIME": read_local}.get(kind, read)


def _datetime_in_any_zone(field: SchemaField) -> Callable[[str], datetime]:
    wrong = ("type.datetime", _message(field, "a date and time", "2026-11-21T14:30:00Z"))
    if field.format not in ("default", "any"):
        return _by_pattern(field.format, wrong)
    lax = field.format == "any"
    any_shape = f"{_ANY_DATE}[T ]{_ANY_TIME}{_ANY_ZONE}"
    shape = re.compile(any_shape if lax else f"{_DATE}T{_TIME}{_ZONE}")

    def read(text: str) -> datetime:
        if not (found := shape.fullmatch(text)):
            raise CellFault(wrong)
        _check_fineness(found)
        try:
            return datetime.fromisoformat(_iso(found) if lax else text)
        except ValueError:
            raise _impossible(text, "type.datetime", "there is no such day or time") from None

    return read


def _by_pattern(pattern: str, wrong: tuple[str, str]) -> Callable[[str], datetime]:
    def read(text: str) -> datetime:
        try:
            # strptime would take the digits of any script.
            if not _FOREIGN_DIGIT.search(text):
                return datetime.strptime(text, pattern)
        except (ValueError, OverflowError):
            pass
        raise CellFault(wrong)

    return read


def _iso_date(found: re.Match[str]) -> str:
    year, month, day = found.group(*("y", "m", "d") if found["y"] else ("y2", "m2", "d2"))
    return f"{year}-{month:0>2}-{day:0>2}"


def _iso_time(found: re.Match[str]) -> str:
    return f"{found['h']:0>2}:{found['rest']}"


def _iso(found: re.Match[str]) -> str:
    return f"{_iso_date(found)}T{_iso_time(found)}{found['zone'] or ''}"


def _check_fineness(found: re.Match[str]) -> None:
    fine = found["fine"]
    if fine and fine.strip("0"):
        raise CellFault(_TOO_FINE)


def _impossible(text: str, code: str, message: str) -> CellFault:
    return CellFault(_YEAR_ZERO if text.startswith("0000") else (code, message))


def _message(field: SchemaField, what: str, example: str) -> str:
    if field.format == "default":
        return f"is not {what} such as {example}"
    if field.format == "any":
        return f"is not {what} that can be read in one way only; write {example}"
    return f"is not {what} of the form {field.format}"
