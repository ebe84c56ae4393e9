"""`geopoint`: points on the globe in the three formats of Table Schema; the longitude comes
first."""

import re
from decimal import Decimal
from typing import Any, ClassVar, Final, NamedTuple

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import (
    CellFault,
    Field,
    FieldType,
    Fit,
    KernelName,
    Reader,
    Scalar,
    TypeFault,
)
from csvgate.types.common.json_text import WrongJson, parse_json

_NUMBER: Final = r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
_PAIR: Final = re.compile(rf"({_NUMBER}), *({_NUMBER})")
EXAMPLES: Final = {
    "default": "12.5, 41.9",
    "array": "[12.5, 41.9]",
    "object": '{"lon": 12.5, "lat": 41.9}',
}
"""The same point in each format."""


class WrongPoint(ValueError):
    """The text is not a point. The message is for people and does not repeat the text."""


class Geopoint(NamedTuple):
    """Longitude and latitude in degrees."""

    lon: Decimal
    lat: Decimal

    @property
    def wkt(self) -> str:
        """The point as a GEOGRAPHY column takes it, rounded to float64 as GEOGRAPHY is."""
        return f"POINT({_without_exponent(self.lon)} {_without_exponent(self.lat)})"


def parse_geopoint(text: str, form: str = "default") -> Geopoint:
    """Parse a geopoint. `form` is default, array or object. Raises WrongPoint."""
    pair = _parse_pair(text) if form == "default" else _parse_json_pair(text, form)
    if pair is None:
        raise WrongPoint(f"is not a point such as {EXAMPLES[form]}: longitude, then latitude")
    point = Geopoint(*pair)
    for name, degrees, most in (("longitude", point.lon, 180), ("latitude", point.lat, 90)):
        if not -most <= degrees <= most:
            order = "; the longitude comes first" if name == "latitude" else ""
            raise WrongPoint(f"has a {name} outside -{most} to {most}{order}")
    return point


def _parse_pair(text: str) -> tuple[Decimal, Decimal] | None:
    found = _PAIR.fullmatch(text)
    return (Decimal(found[1]), Decimal(found[2])) if found else None


def _parse_json_pair(text: str, form: str) -> tuple[Decimal, Decimal] | None:
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


def _without_exponent(degrees: Decimal) -> str:
    """Return the digits without an exponent, without zeros at the end, without a minus before
    zero."""
    # Adding zero turns minus zero into zero.
    text = format(Decimal(repr(float(degrees) + 0.0)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class GeopointType(FieldType):
    name = "geopoint"
    columns = ("GEOGRAPHY", "STRING")
    formats: ClassVar = {"array": columns, "object": columns}
    example = EXAMPLES["default"]
    declared_as = 'a point such as "12.5, 41.9", the longitude first'
    faults = (
        TypeFault(
            "type.geopoint",
            "Not a point on the globe",
            "A point is the longitude (-180 to 180), then the latitude (-90 to 90): `12.5, 41.9`; "
            "with format `array` `[12.5, 41.9]`; with format `object` "
            '`{"lon": 12.5, "lat": 41.9}`.',
            example="41.9, 112.5",
        ),
    )

    def parse_declared(self, value: Scalar) -> Geopoint | None:
        return parse_geopoint(value) if isinstance(value, str) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        (form,) = field.formats

        def read(text: str) -> Geopoint:
            try:
                return parse_geopoint(text, form)
            except WrongPoint as error:
                raise CellFault(("type.geopoint", str(error))) from None

        return read

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        return KernelName.GEOPOINTS

    def fit_value(self, column: BigQueryType) -> Fit:  # noqa: ARG002
        return _fit_geography


def _fit_geography(_: str, value: Geopoint) -> str:
    return value.wkt
