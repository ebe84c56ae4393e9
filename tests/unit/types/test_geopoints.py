"""Geopoints are the same in each format, and WKT preserves their floats."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from csvgate.types.geopoint import EXAMPLES, Geopoint, parse_geopoint

ITALY = Geopoint(Decimal("12.5"), Decimal("41.9"))


def test_the_three_formats_give_one_point() -> None:
    assert [ITALY] * 3 == [parse_geopoint(text, form) for form, text in EXAMPLES.items()]


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_wkt_preserves_the_floats(lon: float, lat: float) -> None:
    for point in (
        parse_geopoint(f"{lon!r}, {lat!r}"),
        parse_geopoint(json.dumps([lon, lat]), "array"),
        parse_geopoint(json.dumps({"lat": lat, "lon": lon}), "object"),
    ):
        head, x, tail = point.wkt.partition("(")
        x, _, y = tail.rstrip(")").partition(" ")
        assert ("POINT", lon, lat) == (head, float(x), float(y))
        assert "e" not in point.wkt
