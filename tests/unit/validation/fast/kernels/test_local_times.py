"""Times of a field with a `timezone`, as the kernel turns them into UTC."""

import struct
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from csvgate.types.common.times.zones import zone_names
from csvgate.validation.fast.kernels.column import Kernel
from unit.types.cell import read
from unit.validation.fast.columns import found_by, kernel_of, slices
from unit.validation.fast.kernels.test_moment_kernels import CELLS

FORM = "%Y-%m-%d %H:%M"


def field(zone: str, **more: Any) -> dict[str, Any]:
    return {"type": "datetime", "format": FORM, "timezone": zone, **more}


def kernel(properties: dict[str, Any], *years: int) -> Kernel:
    """Return a kernel that knows the offsets of these years, which it looks up for many cells."""
    found = kernel_of(properties).fallback.kernel
    assert found is not None
    for year in years:
        cells = [f"{year:04}-01-02 {n // 60:02}:{n % 60:02}".encode() for n in range(300)]
        assert found.clear(slices(cells)).cleared is None
    return found


@pytest.mark.parametrize(
    ("zone", "year", "days_of_change"),
    [
        ("Europe/Berlin", 2026, {"2026-03-29", "2026-10-25"}),
        ("Europe/Berlin", 1893, {"1893-03-31", "1893-04-01"}),
        ("Africa/Casablanca", 2024, {"2024-03-10", "2024-04-14"}),
        # The clocks go forward at midnight, which does not exist on that day.
        ("America/Sao_Paulo", 2018, {"2018-02-17", "2018-11-03", "2018-11-04"}),
        # 30 December 2011 did not exist.
        ("Pacific/Apia", 2011, {"2011-04-02", "2011-09-24", "2011-12-29", "2011-12-30"}),
        ("Asia/Kathmandu", 2026, set()),
        ("UTC", 2026, set()),
    ],
)
def test_only_days_on_which_the_clocks_change_are_left_to_the_rules(
    zone: str, year: int, days_of_change: set[str]
) -> None:
    start = datetime(year, 1, 1)
    cells = [(start + timedelta(minutes=170 * n)).strftime(FORM) for n in range(3090)]
    cleared, values = found_by(kernel(field(zone)), [c.encode() for c in cells])
    uncleared = {cell[:10] for cell, fine in zip(cells, cleared, strict=True) if not fine}
    assert uncleared == days_of_change
    # Every 20th cell, because the rules take longer.
    for cell, fine, value in [*zip(cells, cleared, values, strict=True)][::20]:
        assert not fine or value == read(cell, **field(zone))


KERNELS = [
    (each, kernel(each, 2026, 2024, 1, 9999))
    for each in (field("Europe/Berlin"), field("Asia/Tehran", format="any"))
]


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, max_size=40))
def test_cleared_times_are_those_that_the_rules_read(cells: list[bytes]) -> None:
    for properties, found in KERNELS:
        for cell, fine, value in zip(cells, *found_by(found, cells), strict=True):
            assert not fine or value == read(cell.decode(), **properties)


def test_few_cells_of_a_year_are_left_to_the_rules() -> None:
    """Looking up the offsets of 10,000 years for as many cells would take a minute."""
    cells = [f"{year:04}-07-01 12:00".encode() for year in range(1, 10_000)]
    cleared, _ = found_by(kernel(field("Europe/Berlin")), cells)
    assert not any(cleared)


def test_values_are_bounded_in_utc() -> None:
    bounded = field("Asia/Tokyo", constraints={"minimum": "2026-01-02T00:00:00Z"})
    cells = [b"2026-01-02 08:59", b"2026-01-02 09:00", b"2026-01-02 09:00Z"] * 200
    cleared, values = found_by(kernel(bounded), cells)
    assert cleared == [False, True, False] * 200
    assert values[1] == datetime(2026, 1, 2, tzinfo=UTC)


def test_times_before_the_year_1_in_utc_are_left_to_the_rules() -> None:
    """Before time zones, Berlin was 53 minutes and 28 seconds ahead of Greenwich."""
    found = kernel(field("Europe/Berlin"), 1, 9999)
    cells = [b"0001-01-01 00:53", b"0001-01-01 00:54", b"9999-12-31 23:59"]
    cleared, values = found_by(found, cells)
    assert cleared == [False, True, False]
    assert values[1] == datetime(1, 1, 1, 0, 0, 32, tzinfo=UTC)


def test_no_zone_changes_its_clocks_twice_in_six_days() -> None:
    """The kernel takes the clocks of a day as unchanged if its ends have the same offset."""
    for name in sorted(zone_names()):
        moments = transitions(name)
        assert all(after - before > 6 * 86_400 for before, after in pairwise(moments)), name


def transitions(name: str) -> tuple[int, ...]:
    """The seconds since 1970 at which a zone changes its clocks, from the second block of its file
    (RFC 9636)."""
    data = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    local, universal, leaps, times, types, letters = struct.unpack(">6l", data[20:44])
    second = 44 + times * 5 + types * 6 + letters + leaps * 8 + local + universal
    count = struct.unpack(">6l", data[second + 20 : second + 44])[3]
    found: tuple[int, ...] = struct.unpack_from(f">{count}q", data, second + 44)
    return found
