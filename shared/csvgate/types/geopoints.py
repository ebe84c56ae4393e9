"""Points on the globe, in the three forms of Table Schema; the longitude always comes first."""

import re
from decimal import Decimal
from typing import Any, Final, NamedTuple

from csvgate.types.json_text import WrongJson, parse_json

_NUMBER: Final = r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
_PAIR: Final = re.compile(rf"({_NUMBER}), *({_NUMBER})")
EXAMPLES: Final = {
    "default": "12.5, 41.9",
    "array": "[12.5, 41.9]",
    "object": '{"lon": 12.5, "lat": 41.9}',
}
"""By format: one and the same point."""


class Geopoint(NamedTuple):
    """In degrees."""

    lon: Decimal
    lat: Decimal

    @property
    def wkt(self) -> str:
        """As GEOGRAPHY takes it; rounded to the floats that GEOGRAPHY is made of."""
        return f"POINT({_plain(self.lon)} {_plain(self.lat)})"


def parse_geopoint(text: str, form: str = "default") -> Geopoint:
    """`form`: default, array or object. Raises ValueError in words that repeat none of the text."""
    pair = _default(text) if form == "default" else _of_json(text, form)
    if pair is None:
        raise ValueError(f"is not a point such as {EXAMPLES[form]}: the longitude, then latitude")
    point = Geopoint(*pair)
    for name, degrees, most in (("longitude", point.lon, 180), ("latitude", point.lat, 90)):
        if not -most <= degrees <= most:
            order = "; the longitude comes first" if name == "latitude" else ""
            raise ValueError(f"has a {name} outside -{most} to {most}{order}")
    return point


def _default(text: str) -> tuple[Decimal, Decimal] | None:
    found = _PAIR.fullmatch(text)
    return (Decimal(found[1]), Decimal(found[2])) if found else None


def _of_json(text: str, form: str) -> tuple[Decimal, Decimal] | None:
    try:
        value: Any = parse_json(text)
    except WrongJson:
        return None
    if form == "object" and isinstance(value, dict) and value.keys() == {"lon", "lat"}:
        value = [value["lon"], value["lat"]]
    elif form != "array":
        return None
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, Decimal) for v in value):
        return value[0], value[1]
    return None


def _plain(degrees: Decimal) -> str:
    """Without an exponent, zeros at the end or a minus before zero."""
    # Adding zero makes minus zero plus zero.
    text = format(Decimal(repr(float(degrees) + 0.0)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
