"""Tables of dates and times in lists of formats, as numbers, at 24:00 and with time zones."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from unit.types.cell import read
from unit.validation.files import contract

LOCAL = {"bigquery": "DATETIME"}
BERLIN = {"type": "datetime", "format": "any", "timezone": "Europe/Berlin"}
DAYS = ["%d.%m.%Y", "%Y-%m-%d", "%b %d, %Y", "excel"]


@pytest.mark.parametrize(
    ("formats", "text", "expected"),
    [
        (DAYS, "21.11.2026", date(2026, 11, 21)),
        (DAYS, "2026-11-21", date(2026, 11, 21)),
        (DAYS, "Nov 21, 2026", date(2026, 11, 21)),
        (DAYS, "46347", date(2026, 11, 21)),
        (DAYS, "21/11/2026", ["type.date"]),
        (DAYS, "31.11.2026", ["type.date"]),
        (DAYS, "٢١.١١.٢٠٢٦", ["type.date"]),
        # The fault is that of the format which the cell nearly has.
        (DAYS, "9999999", ["bigquery.range"]),
        (["default", "%d.%m.%Y"], "0000-01-01", ["bigquery.range"]),
        (["any", "%d/%m/%Y"], "1/2/2026", date(2026, 2, 1)),
        (["%d.%m.%Y", "%d.%m.%y"], "1.2.26", date(2026, 2, 1)),
        (["%d.%m.%Y", "%d.%m.%y"], "1.2.2026", date(2026, 2, 1)),
        (["%d.%m.%Y"], "1.2.2026", date(2026, 2, 1)),
    ],
)
def test_date_in_several_formats(formats: list[str], text: str, expected: object) -> None:
    assert expected == read(text, type="date", format=formats)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21.11.2026 9:05", datetime(2026, 11, 21, 9, 5)),
        ("2026-11-21T09:05:00.25", datetime(2026, 11, 21, 9, 5, 0, 250_000)),
        ("2026-11-21T09:05:00.1234567", ["bigquery.scale"]),
        ("2026-11-21T09:05:00Z", ["bigquery.time_zone"]),
        ("09:05 21.11.2026", ["type.datetime"]),
    ],
)
def test_datetime_in_several_formats(text: str, expected: object) -> None:
    formats = ["default", "%d.%m.%Y %H:%M"]
    assert expected == read(text, type="datetime", format=formats, **LOCAL)
    assert time(9, 5) == read("9:05", type="time", format=["%H.%M", "%H:%M"])


@pytest.mark.parametrize(
    ("format_", "text", "expected"),
    [
        ("default", "2026-11-21T24:00:00", datetime(2026, 11, 22)),
        ("default", "2026-12-31T24:00:00.000", datetime(2027, 1, 1)),
        ("default", "2026-11-21T24:00:01", ["type.datetime"]),
        ("default", "2026-11-21T24:00:00.1", ["type.datetime"]),
        ("default", "2026-11-21T24:30:00", ["type.datetime"]),
        ("default", "2026-11-31T24:00:00", ["type.datetime"]),
        ("default", "0000-01-01T24:00:00", ["bigquery.range"]),
        ("default", "9999-12-31T24:00:00", ["bigquery.range"]),
        ("any", "28.2.2024 24:00", datetime(2024, 2, 29)),
        ("any", "2026/11/30 24:00:00", datetime(2026, 12, 1)),
        ("%d.%m.%Y %H:%M", "21.11.2026 24:00", datetime(2026, 11, 22)),
        ("%d.%m.%Y %H:%M", "21.11.2026 24:01", ["type.datetime"]),
        ("%d.%m.%Y %H:%M", "21.11.2026 25:00", ["type.datetime"]),
        ("%d.%m.%Y %H:%M", "31.12.9999 24:00", ["bigquery.range"]),
        ("%Y%m%d%H%M%S", "20261121240000", datetime(2026, 11, 22)),
        ("%d.%m.%Y %I:%M %p", "21.11.2026 24:00 PM", ["type.datetime"]),
        # The year 2400 is not the time 24:00.
        ("%H:%M %Y-%m-%d", "09:05 2400-01-02", datetime(2400, 1, 2, 9, 5)),
    ],
)
def test_24_hours_are_midnight_of_the_next_day(format_: str, text: str, expected: object) -> None:
    assert expected == read(text, type="datetime", format=format_, **LOCAL)


@pytest.mark.parametrize("field", [
    {"type": "time"}, {"type": "time", "format": "any"}, {"type": "time", "format": "%H:%M:%S"},
    {"type": "date", "format": "%H:%M:%S"},
])  # fmt: skip
def test_24_hours_are_explained_where_they_have_no_value(field: dict[str, Any]) -> None:
    assert "the next day begins; write 00:00" in _message("24:00:00", field)


@pytest.mark.parametrize(
    ("format_", "text", "hours"),
    [
        ("any", "2026-11-21 10:00:00+00", 10),
        ("any", "2026-11-21 10:00:00.5 -05", 15 + 0.5 / 3600),
        ("any", "2026-11-21 10:00 UTC", 10),
        ("any", "2026-11-21T10:00:00GMT", 10),
        ("any", "2026-11-21 10:00:00+01:30", 8.5),
        ("any", "2026-11-21 10:00:00 utc", None),
        ("any", "2026-11-21 10:00:00 CET", None),
        ("any", "2026-11-21 10:00:00+1", None),
        ("any", "2026-11-21 10:00:00+24", None),
        ("%Y-%m-%d %H:%M:%S%z", "2026-11-21 10:00:00+02", 8),
        ("%Y-%m-%d %H:%M:%S%z", "2026-11-21 10:00:00-05:30", 15.5),
        ("%Y-%m-%d %H:%M:%S%z", "2026-11-21 24:00:00+02", 22),
        ("%Y-%m-%d %H:%M:%S%z", "2026-11-21 10:00:00+24", None),
        ("%Y-%m-%d %H:%M:%S%z", "2026-11-21 10:00:00+2", None),
        ("%Y-%b-%d:%H:%M:%S %z]", "2026-nov-21:10:00:00 +02]", 8),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-11-21 10:00:00 UTC", 10),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-11-21 10:00:00 gmt", 10),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-11-21 10:00:00 Europe/Berlin", 9),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-07-21 10:00:00 America/Argentina/Buenos_Aires", 13),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-11-21 10:00:00 Etc/GMT+5", 15),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-11-21 10:00:00 CET", None),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-11-21 10:00:00 Europe/Atlantis", None),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-11-21 10:00:00 ../zones", None),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-11-21 10:00:00 Europe", None),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-11-21 10:00:00", None),
        # Beside an offset, the name of a zone adds nothing.
        ("%Y-%m-%d %H:%M:%S %z %Z", "2026-11-21 10:00:00 +0100 CET", 9),
    ],
)  # fmt: skip
def test_time_zones(format_: str, text: str, hours: float | None) -> None:
    """`hours` are those since the beginning of the day in UTC; None for a fault."""
    found = read(text, type="datetime", format=format_)
    day = datetime(2026, 7 if "-07-" in text else 11, 21, tzinfo=UTC)
    assert found == (["type.datetime"] if hours is None else day + timedelta(hours=hours))


def test_a_name_of_a_zone_is_a_zone_for_a_column_without_one() -> None:
    field = {"type": "datetime", "format": "%Y-%m-%d %H:%M %Z", **LOCAL}
    assert ["bigquery.time_zone"] == read("2026-11-21 10:00 UTC", **field)
    assert time(10) == read("10:00 Europe/Berlin", type="time", format="%H:%M %Z")


def test_an_unknown_zone_is_explained() -> None:
    field = {"type": "datetime", "format": "%Y-%m-%d %H:%M %Z"}
    message = _message("2026-11-21 10:00 CET", field)
    assert "write UTC, GMT or a name such as Europe/Berlin" in message


@pytest.mark.parametrize(
    ("format_", "text", "expected"),
    [
        ("epoch", "1795271400", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
        ("epoch", "1795271400.250000", datetime(2026, 11, 21, 14, 30, 0, 250_000, UTC)),
        ("epoch", "1795271400.0000001", ["bigquery.scale"]),
        ("epoch", "1795271400.1234560", datetime(2026, 11, 21, 14, 30, 0, 123_456, UTC)),
        ("epoch", "0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("epoch", "-0.000001", datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC)),
        ("epoch", "+1", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ("epoch", "0" * 5000 + "1", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ("epoch", "253402300799.999999", datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)),
        ("epoch", "253402300800", ["bigquery.range"]),
        ("epoch", "-62135596800", datetime(1, 1, 1, tzinfo=UTC)),
        ("epoch", "-62135596801", ["bigquery.range"]),
        ("epoch", "9" * 5000, ["bigquery.range"]),
        ("epoch", "1.7E+09", ["type.datetime"]),
        ("epoch", "1795271400.", ["type.datetime"]),
        ("epoch", "1 795 271 400", ["type.datetime"]),
        ("epoch", "١٧٩٥", ["type.datetime"]),
        ("epoch", "2026-11-21T14:30:00Z", ["type.datetime"]),
        ("epoch_ms", "1795271400250", datetime(2026, 11, 21, 14, 30, 0, 250_000, UTC)),
        ("epoch_ms", "1795271400250.125", datetime(2026, 11, 21, 14, 30, 0, 250_125, UTC)),
        ("epoch_ms", "1795271400250.1251", ["bigquery.scale"]),
        ("epoch_ms", "-1", datetime(1969, 12, 31, 23, 59, 59, 999_000, UTC)),
        ("epoch_ms", "253402300800000", ["bigquery.range"]),
    ],
)
def test_seconds_since_1970(format_: str, text: str, expected: object) -> None:
    assert expected == read(text, type="datetime", format=format_)
    in_text = {"type": "datetime", "format": format_, "bigquery": "STRING"}
    assert read(text, **in_text) == (expected if isinstance(expected, list) else text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", datetime(1900, 1, 1)),
        ("59", datetime(1900, 2, 28)),
        ("59.999999999", datetime(1900, 3, 1)),
        ("60", ["type.datetime"]),
        ("60.5", ["type.datetime"]),
        ("61", datetime(1900, 3, 1)),
        ("46347", datetime(2026, 11, 21)),
        ("46347.0", datetime(2026, 11, 21)),
        # Excel writes 14:30 as 0.604166666667 with all digits, or with fewer.
        ("46347.604166666664", datetime(2026, 11, 21, 14, 30)),
        ("46347.6041666667", datetime(2026, 11, 21, 14, 30)),
        ("46347.5000000001", datetime(2026, 11, 21, 12)),
        ("46347.999999999", datetime(2026, 11, 22)),
        ("46347.00000001157", datetime(2026, 11, 21, 0, 0, 0, 1000)),
        ("2958465", datetime(9999, 12, 31)),
        ("2958465.999999999", ["bigquery.range"]),
        ("2958466", ["bigquery.range"]),
        ("9" * 5000, ["bigquery.range"]),
        ("46347." + "9" * 5000, datetime(2026, 11, 22)),
        ("0", ["type.datetime"]),
        ("0.5", ["type.datetime"]),
        ("-1", ["type.datetime"]),
        ("46347,5", ["type.datetime"]),
        ("4.6347E4", ["type.datetime"]),
        ("٤٦٣٤٧", ["type.datetime"]),
    ],
)
def test_day_numbers_of_excel(text: str, expected: object) -> None:
    assert expected == read(text, type="datetime", format="excel", **LOCAL)
    if isinstance(expected, datetime) and "." not in text.removesuffix(".0"):
        assert expected.date() == read(text, type="date", format="excel")


def test_faults_of_day_numbers_say_what_is_wrong() -> None:
    day = {"type": "date", "format": "excel"}
    assert "29 February 1900" in _message("60", day)
    assert "whose first day is 1" in _message("0", day)
    assert "use type datetime" in _message("46347.5", day)
    assert "such as 46347" in _message("21.11.2026", day)
    assert "seconds since 1970" in _message("x", {"type": "datetime", "format": "epoch"})


def test_a_fault_names_all_formats() -> None:
    field = {"type": "date", "format": ["default", "%d.%m.%Y"]}
    assert "is not a date of the form 2026-11-21 or %d.%m.%Y" == _message("21/11/2026", field)


@pytest.mark.parametrize(
    ("more", "text", "expected"),
    [
        ({}, "2026-07-01 12:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ({}, "2026-12-01 12:00", datetime(2026, 12, 1, 11, tzinfo=UTC)),
        ({}, "2026-03-29 01:59:59.999999",
         datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC)),
        ({}, "2026-03-29 02:00", ["type.datetime"]),
        ({}, "2026-03-29 02:59:59", ["type.datetime"]),
        ({}, "2026-03-29 03:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ({}, "2026-10-25 01:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ({}, "2026-10-25 02:00", ["type.datetime"]),
        ({}, "2026-10-25 02:59", ["type.datetime"]),
        ({}, "2026-10-25 03:00", datetime(2026, 10, 25, 2, tzinfo=UTC)),
        # A cell may say its own zone, for example where a local time exists twice.
        ({}, "2026-10-25 02:30+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ({}, "2026-07-01 12:00 UTC", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ({}, "2026-03-28 24:00", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ({}, "0001-01-01 00:00", ["bigquery.range"]),
        ({}, "9999-12-31 23:59", datetime(9999, 12, 31, 22, 59, tzinfo=UTC)),
        ({"timezone": "America/New_York"}, "9999-12-31 23:59", ["bigquery.range"]),
        # Before time zones, each town had its own time.
        ({}, "1850-01-01 12:00", datetime(1850, 1, 1, 11, 6, 32, tzinfo=UTC)),
        ({"timezone": "Pacific/Apia"}, "2011-12-30 12:00", ["type.datetime"]),
        ({"format": "%d.%m.%Y %H:%M"}, "1.7.2026 12:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ({"format": "excel"}, "46204.5", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ({"format": ["epoch", "%d.%m.%Y %H:%M"]}, "0", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_local_times_of_a_time_zone(more: dict[str, Any], text: str, expected: object) -> None:
    found = read(text, **BERLIN | more)
    assert expected == found
    assert isinstance(found, list) or found.tzinfo is UTC  # type: ignore[attr-defined]


def test_a_change_of_the_clocks_is_explained() -> None:
    message = _message("2026-03-29 02:30", BERLIN)
    assert "does not exist in Europe/Berlin, where the clocks were put forward" in message
    message = _message("2026-10-25 02:30", BERLIN)
    assert "exists twice in Europe/Berlin, where the clocks were put back" in message
    assert "write its offset from UTC too, +0200 or +0100" in message


def _message(text: str, field: dict[str, Any]) -> str:
    rules = contract({"name": "a", **field})
    with pytest.raises(CellFault) as raised:
        Cells(rules.schema_.fields[0], rules.schema_, required=False)[text]
    [(_, message)] = raised.value.faults
    return message
