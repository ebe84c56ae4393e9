"""Values that a contract gives for a field (bounds, enum), cast to the field's type.

Always in the plain spelling of the type, whatever `format` or `decimalChar` the file uses: a number
or its digits as text, 2026-11-21, 14:30:00, 2026-11-21T14:30:00Z, 2026-11, P1DT12H,
"12.5, 41.9", or the text of a JSON object or array.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from csvgate.contracts.model import FieldType, Scalar
from csvgate.types.durations import parse_duration
from csvgate.types.geopoints import parse_geopoint
from csvgate.types.json_text import hashable, parse_json

_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_DATETIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[-+]\d\d:?\d\d)?", re.ASCII
)
_YEAR: Final = re.compile(r"(?!0000)[0-9]{4}")
_YEARMONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_JSON: Final = {"object": dict, "array": list}
_WANTED: Final = {
    "string": "text; put it in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": 'a date such as "2026-11-21"',
    "time": 'a time such as "14:30:00"',
    "datetime": 'a time such as "2026-11-21T14:30:00Z"',
    "year": "a year such as 2026",
    "yearmonth": 'a month such as "2026-11"',
    "duration": 'a duration such as "P1DT12H"',
    "geopoint": 'a point such as "12.5, 41.9", the longitude first',
    "object": "the text of a JSON object such as '{\"a\": 1}'",
    "array": 'the text of a JSON array such as "[1, 2]"',
    "any": "text; put it in quotes",
}


def cast(value: Scalar, kind: FieldType) -> Any:
    """str, int, Decimal, bool, date (of a yearmonth, the first), time, datetime (with a zone or
    without, as it is written), Duration, Geopoint; for JSON what `hashable` makes of it.

    Raises ValueError in words for a person.
    """
    try:
        found = _cast(value, kind)
    except ValueError:  # the 30th of February
        found = None
    if found is None:
        shown = str(value).lower() if isinstance(value, bool) else repr(value)
        raise ValueError(f"{shown} is not {_WANTED[kind]}")
    return found


def _cast(value: Scalar, kind: FieldType) -> Any:
    if kind == "boolean" or isinstance(value, bool):
        return value if kind == "boolean" and isinstance(value, bool) else None
    if kind in ("integer", "number"):
        return _cast_number(value, kind)
    if kind == "year":
        return int(value) if _YEAR.fullmatch(str(value)) else None
    if not isinstance(value, str):
        return None
    match kind:
        case "date":
            return date.fromisoformat(value) if _DATE.fullmatch(value) else None
        case "time":
            return time.fromisoformat(value) if _TIME.fullmatch(value) else None
        case "datetime":
            return datetime.fromisoformat(value) if _DATETIME.fullmatch(value) else None
        case "yearmonth":
            return date.fromisoformat(f"{value}-01") if _YEARMONTH.fullmatch(value) else None
        case "duration":
            return parse_duration(value)
        case "geopoint":
            return parse_geopoint(value)
        case "object" | "array":
            found = parse_json(value)
            return hashable(found) if isinstance(found, _JSON[kind]) else None
    return value


def _cast_number(value: Scalar, kind: FieldType) -> int | Decimal | None:
    # Through its shortest text, so that 0.1 is 0.1 and not the float nearest to it.
    text = str(value)
    if kind == "integer":
        return int(text) if _INTEGER.fullmatch(text) else None
    return Decimal(text) if _NUMBER.fullmatch(text) else None
