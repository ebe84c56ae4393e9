"""Dates and times near the limits of the calendar, of time zones and of the fraction of a second,
as the kernels read them. What is expected comes from the calendar, not from the rules."""

from calendar import isleap
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

pytest.importorskip("pyarrow")

from unit.validation.fast.columns import cleared_by_type

DAY = {"type": "date", "bigquery": "DATE"}
TIMESTAMP = {"type": "datetime", "bigquery": "TIMESTAMP"}
LOCAL = {"type": "datetime", "bigquery": "DATETIME"}


def test_29_february_exists_in_leap_years_only() -> None:
    """Years that are divisible by 100 are leap years only if 400 divides them too."""
    years = range(1, 10_000)
    expected = [isleap(year) for year in years]
    days = [f"{year:04}-02-29" for year in years]
    assert expected == cleared_by_type([day.encode() for day in days], **DAY).cleared
    moments = [f"{day}T00:00:00Z".encode() for day in days]
    assert expected == cleared_by_type(moments, **TIMESTAMP).cleared


@pytest.mark.parametrize("year", [1, 1900, 1969, 1970, 2000, 2024, 2100, 9999])
def test_every_day_of_a_year_and_the_days_around_its_months(year: int) -> None:
    cells = [f"{year:04}-{month:02}-{day:02}" for month, day in product(range(14), range(33))]
    first = datetime(year, 1, 1)
    count = 366 if isleap(year) else 365
    exist = {f"{(first + timedelta(n)).date()}": (first + timedelta(n)).date()
             for n in range(count)}  # fmt: skip
    clear, values = cleared_by_type([cell.encode() for cell in cells], **DAY)
    assert [cell in exist for cell in cells] == clear
    assert [exist.get(cell) for cell in cells] == values


def test_time_zones_have_a_sign_hours_and_minutes() -> None:
    zones = list(product((1, -1), (0, 1, 5, 9, 14, 23), (0, 1, 30, 45, 59)))
    cells = [f"2026-03-01T00:10:00{'+' if sign > 0 else '-'}{hours:02}:{minutes:02}"
             for sign, hours, minutes in zones]  # fmt: skip
    clear, values = cleared_by_type([cell.encode() for cell in cells], **TIMESTAMP)
    moment = datetime(2026, 3, 1, 0, 10, tzinfo=UTC)
    assert [moment - sign * timedelta(hours=hours, minutes=minutes)
            for sign, hours, minutes in zones] == values  # fmt: skip
    assert all(clear)


@pytest.mark.parametrize("zone", ["Z", "+02:00", "-05:30", ""])
@pytest.mark.parametrize("digits", ["123456", "000001", "999999", "100000"])
def test_a_fraction_has_up_to_six_digits(digits: str, zone: str) -> None:
    cells = [f"2026-11-21T14:30:59.{digits[:count]}{zone}" for count in range(1, 7)]
    clear, values = cleared_by_type([cell.encode() for cell in cells],
                                    **(TIMESTAMP if zone else LOCAL))  # fmt: skip
    assert all(clear)
    assert [datetime.fromisoformat(cell) for cell in cells] == values
    longer = f"2026-11-21T14:30:59.{digits}1{zone}".encode()
    assert [False] == cleared_by_type([longer], **(TIMESTAMP if zone else LOCAL)).cleared


@pytest.mark.parametrize("clock", ["24:00:00", "00:60:00", "00:00:60", "23:59:99", "99:00:00"])
def test_a_clock_goes_to_59(clock: str) -> None:
    cells = [f"2026-11-21T{text}".encode() for text in (clock, "23:59:59")]
    assert [False, True] == cleared_by_type(cells, **LOCAL).cleared
