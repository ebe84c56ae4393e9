"""`datetime`: a date and a time of day; with a time zone in TIMESTAMP columns, without one in
DATETIME columns."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any, ClassVar, Final

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import CellFault, Field, KernelName, Reader, Scalar, TypeFault
from csvgate.types.common.temporal import (
    ANY_DATE,
    ANY_TIME,
    ANY_ZONE,
    DATE,
    TIME,
    ZONE,
    TemporalType,
    check_fineness,
    impossible_date,
    is_pattern,
    iso_date,
    iso_time,
)
from csvgate.types.common.times.named import EPOCH, EPOCH_MS, EXCEL, epoch_reader, excel_reader
from csvgate.types.common.times.names import Names
from csvgate.types.common.times.patterns import next_day, pattern_reader
from csvgate.types.common.times.zones import UTC_NAMES, in_zone, zone

_DECLARED: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[-+]\d\d:?\d\d)?", re.ASCII
)
_HOURS: Final = slice(11, 13)
"""The hours of a date and time in ISO 8601."""


class DatetimeType(TemporalType):
    name = "datetime"
    columns = ("TIMESTAMP", "DATETIME", "STRING")
    properties = frozenset(("language", "timezone"))
    formats: ClassVar = {
        "any": columns,
        EPOCH: ("TIMESTAMP", "STRING"),
        EPOCH_MS: ("TIMESTAMP", "STRING"),
        EXCEL: columns,
    }
    example = "2026-11-21T14:30:00Z"
    iso_example = "2026-11-21T14:30:00Z"
    noun = "a date and time"
    declared_as = 'a time such as "2026-11-21T14:30:00Z"'
    faults = (
        TypeFault(
            "type.datetime",
            "Not a date and time",
            "A date and time is written as `2026-11-21T14:30:00Z`, perhaps with digits after the "
            "second, the zone as Z or +02:00; or as the field's pattern says. With format `any` "
            "a space may stand for the T, dates and times may be written as for those types, and "
            "the zone as +02, +0200 or UTC. 24:00 is the midnight at which the next day begins. "
            "With format `epoch` or `epoch_ms` it is a number of seconds or milliseconds since "
            "1970 in UTC, with format `excel` a day number of Excel with a fraction for the time. "
            "If the field has a `timezone`, a time is a fault if it does not exist there or exists "
            "twice, because the clocks were changed.",
            example="2026-11-21 14:30",
        ),
    )

    def parse_declared(self, value: Scalar) -> datetime | None:
        if isinstance(value, str) and _DECLARED.fullmatch(value):
            return datetime.fromisoformat(value)
        return None

    def check_comparable(self, value: Any, column: BigQueryType) -> None:
        """Two datetimes can be compared only if both have a time zone, or neither has."""
        if column.kind == "TIMESTAMP" and value.tzinfo is None:
            raise ValueError("needs a time zone, as TIMESTAMP has one; add Z for UTC")
        if column.kind == "DATETIME" and value.tzinfo is not None:
            raise ValueError("must have no time zone, as DATETIME has none")
        if column.kind == "STRING":
            raise ValueError(
                "needs `bigquery` TIMESTAMP or DATETIME: without it values may or may not have a "
                "time zone, and cannot be compared"
            )

    def reader(self, field: Field, column: BigQueryType) -> Reader:
        """TIMESTAMP values come in UTC; cells without a time zone are in that of the field, if it
        has one. A STRING column takes datetimes with or without a zone."""
        where = None if field.timezone is None else zone(field.timezone)
        read: Callable[[str], datetime] = self.reader_of_formats(field)

        def read_zoned(text: str) -> datetime:
            value = read(text)
            if value.tzinfo is UTC:
                return value
            if value.tzinfo is None and where is not None:
                value = in_zone(value, where, "type.datetime")
            elif value.tzinfo is None:
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

        return {"TIMESTAMP": read_zoned, "DATETIME": read_local}.get(column.kind, read)

    def reader_of(self, name: str, wrong: tuple[str, str], names: Names | None) -> Reader:
        if name in (EPOCH, EPOCH_MS):
            return epoch_reader(name, wrong)
        if name == EXCEL:
            return excel_reader(wrong[0], wrong, with_time=True)
        if is_pattern(name):
            return pattern_reader(name, wrong, names)
        lax = name == "any"
        any_shape = f"{ANY_DATE}[T ]{ANY_TIME}{ANY_ZONE}"
        shape = re.compile(any_shape if lax else f"{DATE}T{TIME}{ZONE}")

        def read(text: str) -> datetime:
            if not (found := shape.fullmatch(text)):
                raise CellFault(wrong)
            check_fineness(found)
            iso = _iso(found) if lax else text
            try:
                return datetime.fromisoformat(iso)
            except ValueError:
                if (value := _at_24_hours(iso)) is not None:
                    return value
                message = "is not a date and time that exist"
                raise impossible_date(text, "type.datetime", message) from None

        return read

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        kernels = {"TIMESTAMP": KernelName.TIMESTAMPS, "DATETIME": KernelName.LOCAL_TIMESTAMPS}
        return kernels.get(column.kind, KernelName.ANY_TIMESTAMPS)


def _iso(found: re.Match[str]) -> str:
    offset = found["zone"] or ""
    return f"{iso_date(found)}T{iso_time(found)}{'Z' if offset in UTC_NAMES else offset}"


def _at_24_hours(iso: str) -> datetime | None:
    """Return the midnight after the day of an ISO 8601 date and time whose time is 24:00; None for
    another time, or if there is no such day."""
    if iso[_HOURS] != "24":
        return None
    try:
        midnight = datetime.fromisoformat(f"{iso[: _HOURS.start]}00{iso[_HOURS.stop :]}")
    except ValueError:
        return None
    return next_day(midnight) if midnight.time() == time.min else None
