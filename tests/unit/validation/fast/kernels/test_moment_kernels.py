"""Dates and times by patterns, in the format `any`, with bounds and in STRING columns, as the
kernels read them."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from unit.validation.fast.agreement import assert_agreement
from unit.validation.fast.columns import cleared_by_type, kernel_of, slices


def _date(format_: str | list[str], **more: Any) -> dict[str, Any]:
    return {"type": "date", "format": format_, **more}


def _local(format_: str | list[str], column: str = "DATETIME") -> dict[str, Any]:
    return {"type": "datetime", "format": format_, "bigquery": column}


FIELDS: dict[str, dict[str, Any]] = {
    "german day": _date("%d.%m.%Y"),
    "american day": _date("%m/%d/%Y"),
    "compact day": _date("%Y%m%d"),
    "two-digit year": _date("%d/%m/%y"),
    "named month": _date("%d-%b-%Y"),
    "american name": _date("%b %d, %Y"),
    "month only": _date("%Y-%m"),
    "list of days": _date(["%d.%m.%Y", "%Y-%m-%d", "%b %d, %Y", "%d/%m/%y", "excel"]),
    "list with any": _date(["any", "%m/%d/%Y", "%d-%b-%Y", "%B %d, %Y"]),
    "list of minutes": _local(["%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S", "default"]),
    "list of zones": _local(["%d/%b/%Y:%H:%M:%S %z", "%Y-%m-%d %H:%M:%S%z"], "TIMESTAMP"),
    "list of times": {"type": "time", "format": ["%H:%M", "%H:%M:%S", "%I:%M %p"]},
    "list of numbers": _local(["epoch", "any", "%d/%b/%Y:%H:%M:%S %z"], "TIMESTAMP"),
    "list of local times": _local(["any", "epoch"], "TIMESTAMP") | {"timezone": "Asia/Tokyo"},
    "text of a list": _local(["default", "%d.%m.%Y %H:%M", "epoch_ms"], "STRING(20)"),
    "bounded list": _date(["any", "excel"], constraints={"maximum": "2026-11-20"}),
    "list of neighbours": _date(["%Y%m%d", "%Y-%m-%d", "%m.%Y", "%d.%m.%Y"]),
    "epoch": {"type": "datetime", "format": "epoch"},
    "epoch_ms": {"type": "datetime", "format": "epoch_ms", "constraints": {
        "minimum": "1970-01-01T00:00:00Z", "exclusiveMaximum": "2026-11-21T14:30:00Z"}},
    "text of an epoch": {"type": "datetime", "format": "epoch", "bigquery": "STRING(12)"},
    "excel day": _date("excel", constraints={"maximum": "2026-11-21"}),
    "day of a moment": _date("%d.%m.%Y %H:%M"),
    "percent": _date("%Y%%%m%%%d"),
    "bounded day": _date("%d.%m.%Y", constraints={"minimum": "2024-02-29", "exclusiveMaximum":
                                                  "2026-11-21"}),
    "bounded iso": {"type": "date", "constraints": {"exclusiveMinimum": "2026-11-20"}},
    "any day": _date("any"),
    "text of a day": {"type": "date", "bigquery": "STRING(10)"},
    "german minute": _local("%d.%m.%Y %H:%M"),
    "second": _local("%Y-%m-%d %H:%M:%S"),
    "compact second": _local("%Y%m%d%H%M%S"),
    "twelve hours": _local("%m/%d/%Y %I:%M %p"),
    "twelve hours without a half": _local("%Y-%m-%d %I:%M"),
    "half without twelve hours": _local("%Y-%m-%d %H:%M%p"),
    "fraction": _local("%Y-%m-%dT%H:%M:%S.%f"),
    "fraction and zone": _local("%Y-%m-%d %H:%M:%S.%f%z", "TIMESTAMP"),
    "zone": _local("%d/%b/%Y:%H:%M:%S %z", "TIMESTAMP"),
    "literal zone": _local("%Y-%m-%dT%H:%M:%SZ"),
    "text of a zone": _local("%Y-%m-%d %H:%M:%S%z", "STRING"),
    "any timestamp": _local("any", "TIMESTAMP"),
    "any datetime": _local("any"),
    "any text": _local("any", "STRING"),
    "iso text": {"type": "datetime", "bigquery": "STRING(25)"},
    "iso timestamp": {"type": "datetime"},
    "bounded timestamp": {"type": "datetime", "constraints": {
        "minimum": "2026-11-21T14:30:00Z", "maximum": "2026-11-21T15:30:00.5+01:00"}},
    "bounded datetime": {"type": "datetime", "bigquery": "DATETIME", "constraints": {
        "exclusiveMinimum": "2026-11-21T14:30:00"}},
    "time": {"type": "time"},
    "any time": {"type": "time", "format": "any"},
    "minute": {"type": "time", "format": "%H:%M"},
    "american time": {"type": "time", "format": "%I:%M:%S %p"},
    "fraction of time": {"type": "time", "format": "%H%M%S%f"},
    "bounded time": {"type": "time", "constraints": {"minimum": "09:00", "maximum": "17:30:00"}},
    "text of a time": {"type": "time", "bigquery": "STRING"},
    "year": {"type": "year", "constraints": {"minimum": 1900}},
    "text of a year": {"type": "year", "bigquery": "STRING"},
    "yearmonth": {"type": "yearmonth", "constraints": {"maximum": "2026-11"}},
    "month as a day": {"type": "yearmonth", "bigquery": "DATE"},
    "missing": _date("%d.%m.%Y", missingValues=["", "00.00.0000", "01.01.1900", "-"]),
}  # fmt: skip
_ONE = st.integers(0, 99).map(str)
_TWO = st.integers(0, 99).map("{:02}".format)
_NUMBER = st.one_of(_TWO, _ONE, st.sampled_from(["00", "01", "12", "13", "29", "30", "31", "32"]))
_YEAR = st.one_of(
    st.integers(0, 9999).map("{:04}".format),
    st.sampled_from(["2026", "2024", "1900", "0000", "0001", "9999", "26", "68", "69"]),
)
_CLOCK = st.sampled_from(["0", "00", "9", "09", "12", "14", "23", "24", "59", "60", "61", "99"])
_MONTH = st.sampled_from(["Nov", "feb", "MAR", "Mär", "Sept", "xxx", "ſep", "11", "02", "2"])
_ZONE = st.sampled_from(
    ["", "Z", " Z", "z", "+02:00", "-0530", " +0200", "+24:00", "-00:60", "+2:00", "+02", "+020000",
     "-23:59", "  Z", "UTC", " UTC", " GMT", "GMT", "  UTC", " utc", " UTX", "-05", " +00", "+24",
     "+0a", " -12"]
)  # fmt: skip
_FRACTION = st.sampled_from(
    ["", ".5", ".123456", ".1234567", ".1234560", ".", ",5", "5", "123456", ".+5"]
)
_MARK = st.sampled_from(["-", "/", ".", "", " ", "  ", ":", "T", "%", ", "])


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


_DAYS = st.one_of(
    _joined(_YEAR, _MARK, _NUMBER, _MARK, _NUMBER),
    _joined(_NUMBER, _MARK, _NUMBER, _MARK, _YEAR),
    _joined(_NUMBER, _MARK, _MONTH, _MARK, _YEAR),
    _joined(_MONTH, st.just(" "), _NUMBER, st.just(", "), _YEAR),
    st.sampled_from(["2026-11-21", "21.11.2026", "29.02.2024", "29.02.2023", "11/21/2026",
                     "20261121", "21-Nov-2026", "2026-11", "2026", "00.00.0000", "01.01.1900"]),
)  # fmt: skip
_TIMES = st.one_of(
    _joined(_CLOCK, st.just(":"), _CLOCK, st.just(":"), _CLOCK, _FRACTION),
    _joined(_CLOCK, st.just(":"), _CLOCK, st.sampled_from(["", " AM", " pm", "PM", " xm"])),
    _joined(_CLOCK, _CLOCK, _CLOCK, _FRACTION),
    st.sampled_from(["14:30:00", "14:30", "9:05", "02:30 PM", "12:00 AM", "143000", "17:30:00"]),
)
_COUNTS = st.one_of(
    st.integers(-3_000_000, 3_000_000).map(str),
    st.integers(-(10**12), 3 * 10**11).map(str),
    _joined(st.sampled_from(["", "-", "+", "--"]), st.integers(0, 3 * 10**14).map(str), _FRACTION),
    st.sampled_from(["0", "-0", "00", "60", "61", "59", "2958465", "2958466", "0061", ".5", "5.",
                     "-", "+", "253402300799.999999", "253402300800", "-62135596800", "1e9",
                     "-62135596800.000001", "1795271400", "1795271400.0000000", "9" * 16, "9" * 17,
                     "9" * 30, "0" * 20, "1.5.5", "1795271400000", "1795271399999.9991"]),
)  # fmt: skip
_MOMENTS = _joined(_DAYS, st.sampled_from([" ", "T", "", ":", "  ", "t"]), _TIMES, _ZONE)
STRANGE = st.sampled_from(
    [b"", b"\0", b"21.11.2026\0", b"\xff1.11.2026", "٢١.١١.٢٠٢٦".encode(), b"21.11.2026" * 50, b"-",
     b"0001-01-01T00:00:00+01:00", b"9999-12-31T23:59:59-01:00", b"2026-11-21T14:30:00.Z",
     b"2026-11-21T15:30:00.500001+01:00", b"2026-11-21T14:30:00.500000Z", b" 2026-11-21",
     b"2026-11-21 ", b"21.11.2026 14:30:00.25 +01:30", b"2026/1/2T9:05Z", b"2026-1/2",
     b"+1.11.2026", b"2026-11-21T14:29:59.999999Z", b"2026-11-21 12:30AM", b"2026-11-21T23:59:60",
     b"?1.11.2026"]
)  # fmt: skip
CELLS = st.one_of(st.one_of(_DAYS, _TIMES, _MOMENTS, _COUNTS).map(str.encode), STRANGE)


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, max_size=40))
@example([b"21.11.2026", b"1.1.2026", b"11/2/2026", b"1/12/2026", b"9:05", b"3-feb-2026"])
def test_cleared_moments_are_those_that_the_rules_read(name: str, cells: list[bytes]) -> None:
    assert_agreement(cells, **FIELDS[name])


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("german day", "21.11.2026", date(2026, 11, 21)),
        ("german day", "1.2.2026", date(2026, 2, 1)),
        ("german day", "29.02.2025", None),
        ("german day", "01.01.0000", None),
        ("german day", "01.01.0001", date(1, 1, 1)),
        ("german day", "31.12.9999", date(9999, 12, 31)),
        ("american day", "2/29/2024", date(2024, 2, 29)),
        ("compact day", "20261121", date(2026, 11, 21)),
        ("compact day", "2026112", None),
        ("two-digit year", "01/02/68", date(2068, 2, 1)),
        ("two-digit year", "01/02/69", date(1969, 2, 1)),
        ("named month", "21-nov-2026", date(2026, 11, 21)),
        ("named month", "21-Mär-2026", None),
        ("american name", "Feb 9, 2026", date(2026, 2, 9)),
        ("month only", "2026-02", date(2026, 2, 1)),
        ("list of days", "1.2.2026", date(2026, 2, 1)),
        ("list of days", "2026-02-01", date(2026, 2, 1)),
        ("list of days", "Feb 1, 2026", date(2026, 2, 1)),
        ("list of days", "01/02/26", date(2026, 2, 1)),
        ("list of days", "46347", date(2026, 11, 21)),
        ("list of days", "60", None),
        ("list of days", "31.02.2026", None),
        ("list with any", "2026/2/1", date(2026, 2, 1)),
        ("list with any", "2/1/2026", date(2026, 2, 1)),
        ("list with any", "1-feb-2026", date(2026, 2, 1)),
        ("list with any", "February 1, 2026", None),
        ("list of minutes", "1.2.2026 9:05", datetime(2026, 2, 1, 9, 5)),
        ("list of minutes", "2026-02-01 09:05:07", datetime(2026, 2, 1, 9, 5, 7)),
        ("list of minutes", "2026-02-01T09:05:07", datetime(2026, 2, 1, 9, 5, 7)),
        ("list of minutes", "2026-02-01T09:05:07.25", datetime(2026, 2, 1, 9, 5, 7, 250_000)),
        ("list of numbers", "1795271400.5", datetime(2026, 11, 21, 14, 30, 0, 500_000, UTC)),
        ("list of numbers", "21.11.2026 14:30 +02", datetime(2026, 11, 21, 12, 30, tzinfo=UTC)),
        ("list of numbers", "21/Nov/2026:14:30:00 +0200",
         datetime(2026, 11, 21, 12, 30, tzinfo=UTC)),
        ("list of local times", "21.11.2026 14:30", None),
        ("list of zones", "2026-02-01 09:05:07+02", datetime(2026, 2, 1, 7, 5, 7, tzinfo=UTC)),
        ("list of times", "2:30 PM", time(14, 30)),
        ("list of times", "14:30:05", time(14, 30, 5)),
        ("epoch", "1795271400", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
        ("epoch", "1795271400.25", datetime(2026, 11, 21, 14, 30, 0, 250_000, UTC)),
        ("epoch", "1795271400.123456", datetime(2026, 11, 21, 14, 30, 0, 123_456, UTC)),
        ("epoch", "-0.000001", datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC)),
        ("epoch", "253402300799.999999", datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)),
        ("epoch", "253402300800", None),
        ("epoch", "1795271400.", None),
        ("epoch", "1795271400.1234567", None),
        ("epoch_ms", "1795271399999.999", datetime(2026, 11, 21, 14, 29, 59, 999_999, UTC)),
        ("epoch_ms", "1795271400000", None),
        ("epoch_ms", "-1", None),
        ("text of an epoch", "1795271400", "1795271400"),
        ("text of an epoch", "1795271400.25", None),
        ("excel day", "46347", date(2026, 11, 21)),
        ("excel day", "46348", None),
        ("excel day", "61", date(1900, 3, 1)),
        ("excel day", "60", None),
        ("excel day", "46347.0", None),
        ("day of a moment", "21.11.2026 23:59", date(2026, 11, 21)),
        ("day of a moment", "21.11.2026 24:00", None),
        ("any day", "2026/1/2", date(2026, 1, 2)),
        ("any day", "2026-1/2", None),
        ("german minute", "21.11.2026 9:05", datetime(2026, 11, 21, 9, 5)),
        ("second", "2026-11-21 14:30:60", None),
        ("compact second", "20261121143059", datetime(2026, 11, 21, 14, 30, 59)),
        ("twelve hours", "11/21/2026 12:05 AM", datetime(2026, 11, 21, 0, 5)),
        ("twelve hours", "11/21/2026 12:05 pm", datetime(2026, 11, 21, 12, 5)),
        ("twelve hours", "11/21/2026 1:05 PM", datetime(2026, 11, 21, 13, 5)),
        ("twelve hours", "11/21/2026 00:05 PM", None),
        ("fraction", "2026-11-21T14:30:00.25", datetime(2026, 11, 21, 14, 30, 0, 250_000)),
        ("fraction", "2026-11-21T14:30:00", None),
        ("zone", "21/Nov/2026:14:30:00 +0200", datetime(2026, 11, 21, 12, 30, tzinfo=UTC)),
        ("any timestamp", "21.1.2026 9:05 +01:30", datetime(2026, 1, 21, 7, 35, tzinfo=UTC)),
        ("any timestamp", "21.1.2026 9:05", None),
        ("any datetime", "2026/01/21T09:05", datetime(2026, 1, 21, 9, 5)),
        ("any timestamp", "2026-01-21 09:05:00+00", datetime(2026, 1, 21, 9, 5, tzinfo=UTC)),
        ("any timestamp", "2026-01-21 09:05:00.5 -03",
         datetime(2026, 1, 21, 12, 5, 0, 500_000, UTC)),
        ("any timestamp", "2026-01-21 09:05 UTC", datetime(2026, 1, 21, 9, 5, tzinfo=UTC)),
        ("any timestamp", "2026-01-21T09:05:00.25GMT",
         datetime(2026, 1, 21, 9, 5, 0, 250_000, UTC)),
        ("any timestamp", "2026-01-21 09:05 CET", None),
        ("any timestamp", "2026-01-21 09:05+24", None),
        ("any timestamp", "2026-01-21 24:00Z", None),
        ("zone", "21/Nov/2026:14:30:00 +02", datetime(2026, 11, 21, 12, 30, tzinfo=UTC)),
        ("zone", "21/Nov/2026:14:30:00 UTC", None),
        ("iso timestamp", "2026-11-21T14:30:00+02", None),
        ("iso timestamp", "2026-11-21T14:30:00UTC", None),
        ("any text", "2026-01-21 09:05:00 UTC", "2026-01-21 09:05:00 UTC"),
        ("any text", "2026-01-21 09:05-05", "2026-01-21 09:05-05"),
        ("any text", "2026-01-21 09:05:00.5Z", "2026-01-21 09:05:00.5Z"),
        ("any text", "2026-01-21 09:05", "2026-01-21 09:05"),
        ("text of a day", "2026-02-29", None),
        ("iso timestamp", "2026-11-21T14:30:00+02:00", datetime(2026, 11, 21, 12, 30, tzinfo=UTC)),
        ("iso timestamp", "2026-11-21T14:30:00 Z", None),
        ("iso timestamp", "2026-11-21T14:30:00 +02:00", None),
        ("iso timestamp", "2026-11-21T14:30:00+0200", None),
        ("iso timestamp", "2026-11-21 14:30:00Z", None),
        ("zone", "21/Nov/2026:14:30:00  +0200", None),
        ("any timestamp", "21.1.2026 9:05.5 Z", None),
        ("bounded timestamp", "2026-11-21T14:30:00.500000Z",
         datetime(2026, 11, 21, 14, 30, 0, 500_000, UTC)),
        ("bounded timestamp", "2026-11-21T14:30:00.500001Z", None),
        ("bounded timestamp", "2026-11-21T14:29:59.999999Z", None),
        ("time", "23:59:59.000001", time(23, 59, 59, 1)),
        ("time", "23:59:60", None),
        ("any time", "9:05", time(9, 5)),
        ("bounded time", "17:30:00", time(17, 30)),
        ("bounded time", "17:30:00.000001", None),
        ("year", "1899", None),
        ("year", "1900", 1900),
        ("month as a day", "2026-12", date(2026, 12, 1)),
        ("month as a day", "2026-13", None),
        ("yearmonth", "2026-11", "2026-11"),
        ("yearmonth", "2026-12", None),
    ],
)  # fmt: skip
def test_moments_that_a_kernel_reads(name: str, cell: str, value: object) -> None:
    """A value of None stands for cells that are not cleared."""
    is_cleared, values = cleared_by_type([cell.encode()] * 3, **FIELDS[name])
    assert ([value] * 3, [value is not None] * 3) == (values, is_cleared)


@pytest.mark.parametrize(
    ("formats", "cell"),
    [
        # The rules read a cell by the first format that fits, whatever the kernel knows.
        (["%d.%m.%Y%H", "%d.%m.%Y"], "1.2.20261"),
        (["%Y%m%d%H", "%Y%m%d"], "20261121"),
        (["%Y-%j", "%Y-%m"], "2026-11"),
        (["%d %b %y", "%d %m %y"], "1 Feb 26"),
        (["%U %Y-%m-%d", "%Y-%m-%d"], "2026-02-01"),
        (["%d%m%f", "%d%m%Y"], "01022026"),
        (["excel", "%Y%m%d"], "20261121"),
        (["excel", "%Y"], "2026"),
        (["%Y.%m", "excel"], "2026.1"),
    ],
)
def test_a_list_is_read_as_the_rules_read_it(formats: list[str], cell: str) -> None:
    """Formats that contradict each other are a mistake in a contract, which a check may miss."""
    for type_, column in (("date", "DATE"), ("datetime", "DATETIME")):
        field = {"type": type_, "format": formats, "bigquery": column}
        kernel = kernel_of(field).fallback.kernel
        if kernel is not None:
            assert_agreement([cell.encode()] * 3, **field)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([
        "%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%Y%m%d", "%d%m%Y", "%y%m%d", "%d-%b-%Y", "%b %d, %Y",
        "%Y %d %m", "%Y-%j", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d%H", "%d.%m.%Y %H:%M", "%H:%M %d.%m.%Y",
        "%d %B %Y", "any", "default", "excel", "%U %Y"]), min_size=2, max_size=5, unique=True),
    st.lists(st.one_of(_DAYS, _COUNTS, _joined(_DAYS, st.just(" "), _TIMES)), max_size=30),
)  # fmt: skip
def test_any_list_is_read_as_the_rules_read_it(formats: list[str], cells: list[str]) -> None:
    """Also if formats contradict each other, which is a mistake in a contract."""
    local = [name.replace("excel", "epoch") for name in formats]
    for field in (_date(formats), _local(formats), _local(local, "STRING")):
        if kernel_of(field).fallback.kernel is not None:
            assert_agreement([cell.encode() for cell in cells], **field)


@pytest.mark.parametrize(
    "pattern",
    [
        "%d %B %Y",
        "%A %d.%m.%Y",
        "%Y-%j",
        "%x",
        "%Y %m %b %d",
        "%d.%m.%Y 1",
        "%d·%m·%Y",
        "%m-%d",
        "Y %d.%m.",
        "%d.%m. %%Y",
        "%Y-%m-%d%f %z",
    ],
)
def test_other_patterns_are_left_to_the_rules(pattern: str) -> None:
    assert kernel_of({"type": "date", "format": pattern}).fallback.kernel is None


def test_names_in_other_languages_are_left_to_the_rules() -> None:
    """The letters of a kernel are ASCII, and of one number; columns of dates repeat their texts,
    so that the rules read few of them."""
    field = {"type": "date", "format": "%d %b %Y", "language": "en"}
    assert kernel_of(field).fallback.kernel is None


def test_a_column_may_change_its_form() -> None:
    """A form that occurs for the first time is found, and those of before are still read."""
    kernel = kernel_of({"type": "date", "format": "any"}).fallback.kernel
    assert kernel is not None
    for cells in (["2026-11-21"], ["1.2.2026", "2026/1/2"] * 40, ["2026-11-21", "11.2.2026"] * 9):
        assert kernel.clear(slices([cell.encode() for cell in cells])).cleared is None
