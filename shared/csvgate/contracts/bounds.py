"""Values that a contract gives for a field (bounds, enum), cast to the field's type.

Always in the plain spelling of the type, whatever `format` or `decimalChar` the file uses: a number
or its digits as text, 2026-11-21, 14:30:00, 2026-11-21T14:30:00Z.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from csvgate.contracts.model import FieldType, Scalar

_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_DATETIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[-+]\d\d:?\d\d)?", re.ASCII
)
_WANTED: Final = {
    "string": "text; put it in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": 'a date such as "2026-11-21"',
    "time": 'a time such as "14:30:00"',
    "datetime": 'a time such as "2026-11-21T14:30:00Z"',
}


def cast(value: Scalar, kind: FieldType) -> Any:
    """str, int, Decimal, bool, date, time or datetime (with a zone or without, as it is written).

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
    if not isinstance(value, str):
        return None
    match kind:
        case "date":
            return date.fromisoformat(value) if _DATE.fullmatch(value) else None
        case "time":
            return time.fromisoformat(value) if _TIME.fullmatch(value) else None
        case "datetime":
            return datetime.fromisoformat(value) if _DATETIME.fullmatch(value) else None
    return value


def _cast_number(value: Scalar, kind: FieldType) -> int | Decimal | None:
    # Through its shortest text, so that 0.1 is 0.1 and not the float nearest to it.
    text = str(value)
    if kind == "integer":
        return int(text) if _INTEGER.fullmatch(text) else None
    return Decimal(text) if _NUMBER.fullmatch(text) else None
