"""Geopoints and durations, as the kernels read them."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from unit.validation.fast.agreement import assert_agreement
from unit.validation.fast.columns import cleared_by_type

POINT = {"type": "geopoint", "bigquery": "GEOGRAPHY"}
FIELDS: dict[str, dict[str, Any]] = {
    "point": POINT,
    "point array": POINT | {"format": "array"},
    "point object": POINT | {"format": "object", "missingValues": ["", "0, 0", "[0, 0]"]},
    "text of a point": {"type": "geopoint", "bigquery": "STRING(12)"},
    "duration": {"type": "duration"},
    "short duration": {"type": "duration", "bigquery": "STRING(6)"},
}
DEGREES = st.one_of(
    st.floats(-200, 200).map(repr),
    st.decimals(-181, 181, places=6).map(str),
    st.integers(-181, 181).map(str),
    st.sampled_from(
        ["180", "90", "-90.0", "89.999999999999999", "179.99999999999999", "180.00000000000001",
         "0", "-0", "0.0", "-0.0", "1e-5", "0.00001", "0.000000000000001", "12.50", "1.", ".5",
         "+1", "012", "١", "NaN", ""]
    ),
)  # fmt: skip
SPACE = st.sampled_from(["", " ", "  ", "\t", "\u00a0"])
POINTS = st.one_of(
    st.tuples(DEGREES, st.just(","), SPACE, DEGREES, SPACE).map("".join),
    st.builds(lambda a, s, b: f"[{s}{a}{s},{s}{b}{s}]", DEGREES, SPACE, DEGREES),
    st.builds(lambda a, s, b: f'{{"lon":{s}{a}{s}, "lat":{b}}}', DEGREES, SPACE, DEGREES),
    st.builds(lambda a, b: f'{{"lat": {a}, "lon": {b}}}', DEGREES, DEGREES),
)
_AMOUNT = st.sampled_from(["1", "0", "12", "9" * 15, "9" * 16, "1.5", "", "-1", "٣", "1,5"])
DURATIONS = st.builds(
    lambda sign, days, times: (
        f"{sign}P{''.join(days)}{'T' if times is not None else ''}{''.join(times or [])}"
    ),
    st.sampled_from(["", "", "-", "+"]),
    st.lists(st.tuples(_AMOUNT, st.sampled_from("YMDW")).map("".join), max_size=3),
    st.none() | st.lists(st.tuples(_AMOUNT, st.sampled_from("HMS")).map("".join), max_size=3),
)
STRANGE = st.sampled_from(
    ["", "x", "P1D\n", "12.5, 41.9\n", "P1D\0", "12.5, 41.9\0", "12.5;41.9", '{"lon": 1, "lat": 2',
     '{"lon": 1, "lat": 2, "lat": 3}', "[1, 2, 3]", "P1Y2M3DT4H5M6.7S", "PT36H", "P2W", "p1d",
     f"PT1.{'3' * 31}S", "1" * 500]
)  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(POINTS, DURATIONS, STRANGE).map(str.encode) | st.binary(max_size=4)))
@example([b"12.5, 41.9", b"\xff12.5, 41.9", b"12.5, 41.9\xff", b"P1D\xff"])
def test_cleared_texts_are_those_that_the_rules_read(name: str, cells: list[bytes]) -> None:
    assert_agreement(cells, **FIELDS[name])


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("point", "12.5, 41.9", "POINT(12.5 41.9)"),
        ("point", "-179.99,-89.5", "POINT(-179.99 -89.5)"),
        ("point", "12.0, 0.00001", "POINT(12 0.00001)"),
        ("point", "12.123456789012345, 0", "POINT(12.123456789012344 0)"),
        ("point", "12.5, 90.000000000000001", None),
        ("point", "12.5,\t41.9", None),
        ("point", "-0, 1", None),
        ("point", "1, -0.0", None),
        ("point", "0.000000000000001, 1", None),
        ("point array", "[12.5, 41.9]", "POINT(12.5 41.9)"),
        ("point array", "[012.5, 41.9]", None),
        ("point object", '{"lon": 12.5, "lat": 41.9}', "POINT(12.5 41.9)"),
        ("text of a point", "12.5, 41.9", "12.5, 41.9"),
        ("text of a point", "12.50, 41.900", None),
        ("duration", "P1Y2M3DT4H5M6.7S", "P1Y2M3DT4H5M6.7S"),
        ("duration", "-P2W", "-P2W"),
        ("duration", "P1DT", None),
        ("duration", "P1W2D", None),
        ("short duration", "PT360H", "PT360H"),
        ("short duration", "PT3600H", None),
    ],
)
def test_texts_that_a_kernel_reads(name: str, cell: str, value: object) -> None:
    """A value of None stands for cells that are not cleared."""
    is_cleared, values = cleared_by_type([cell.encode()] * 3, **FIELDS[name])
    assert ([value] * 3, [value is not None] * 3) == (values, is_cleared)


def test_missing_points_are_null() -> None:
    cells = [b"", b"1, 2", b"", b"x"]
    assert ([True, True, True, False], [None, "POINT(1 2)", None, None]) == cleared_by_type(
        cells, **POINT
    )
