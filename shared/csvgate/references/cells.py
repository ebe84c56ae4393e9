"""Parses a cell of a reference file as a value of a BigQuery type."""

import base64
import json
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, TypeVar

from csvgate.types.bigquery import BigQueryType

_T = TypeVar("_T")


class WrongCell(ValueError):
    """The cell is not a value of its type. The message does not repeat it."""


_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,30}")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?")
_FLOAT: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|nan|[+-]?inf")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_cell(text: str, kind: BigQueryType) -> object:
    """Return the value as PyArrow takes it for the type. Raises WrongCell, whose message ends up
    in logs."""
    return _PARSERS[kind.kind](text, kind)


def digits(text: str) -> tuple[int, int]:
    """Count the significant digits before and after the point of a decimal number."""
    integer, _, decimals = text.lstrip("+-").partition(".")
    return len(integer.lstrip("0")), len(decimals.rstrip("0"))


def _string(text: str, kind: BigQueryType) -> str:
    if kind.length is not None and len(text) > kind.length:
        raise WrongCell(f"has {len(text)} characters; {kind} holds {kind.length}")
    return text


def _bytes(text: str, kind: BigQueryType) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:
        raise WrongCell("is not base64, which BYTES require") from None
    if kind.length is not None and len(value) > kind.length:
        raise WrongCell(f"has {len(value)} bytes; {kind} holds {kind.length}")
    return value


def _integer(text: str, kind: BigQueryType) -> int:
    if not _INTEGER.fullmatch(text) or not -(2**63) <= int(text) < 2**63:
        raise WrongCell(f"is not an {kind}")
    return int(text)


def _number(text: str, kind: BigQueryType) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise WrongCell(f"is not a {kind}: write digits with an optional decimal point")
    before, after = digits(text)
    if before > kind.integer_digits or after > kind.fraction_digits:
        raise WrongCell(
            f"has {before} digits before and {after} after the point; "
            f"{kind} holds {kind.integer_digits} and {kind.fraction_digits}"
        )
    return Decimal(text)


def _float(text: str, kind: BigQueryType) -> float:
    if not _FLOAT.fullmatch(text.lower()):
        raise WrongCell(f"is not a {kind}")
    return float(text)


def _boolean(text: str, kind: BigQueryType) -> bool:
    if text.lower() not in ("true", "false"):
        raise WrongCell(f"is not a {kind}: write true or false")
    return text.lower() == "true"


def _date(text: str, kind: BigQueryType) -> date:
    if not _DATE.fullmatch(text):
        raise WrongCell(f"is not a {kind} like 2026-11-21")
    return _iso(date.fromisoformat, text, "2026-11-21", kind)


def _time(text: str, kind: BigQueryType) -> time:
    value = _iso(time.fromisoformat, text, "13:45:00", kind)
    if value.tzinfo is not None:
        raise WrongCell(f"has a time zone, which a {kind} must not have")
    return value


def _datetime(text: str, kind: BigQueryType) -> datetime:
    value = _iso(datetime.fromisoformat, text, "2026-11-21T13:45:00", kind)
    if value.tzinfo is not None:
        raise WrongCell(f"has a time zone, which a {kind} must not have")
    return value


def _timestamp(text: str, kind: BigQueryType) -> datetime:
    value = _iso(datetime.fromisoformat, text, "2026-11-21T13:45:00Z", kind)
    if value.tzinfo is None:
        raise WrongCell(f"has no time zone, which a {kind} needs")
    return value


def _json(text: str, kind: BigQueryType) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise WrongCell(f"is not valid {kind}") from None
    return text


def _iso(parse: Callable[[str], _T], text: str, example: str, kind: BigQueryType) -> _T:
    try:
        return parse(text)
    except ValueError:
        raise WrongCell(f"is not a {kind} like {example}") from None


_PARSERS: Final[dict[str, Callable[[str, BigQueryType], object]]] = {
    "STRING": _string,
    "GEOGRAPHY": _string,
    "BYTES": _bytes,
    "INT64": _integer,
    "FLOAT64": _float,
    "NUMERIC": _number,
    "BIGNUMERIC": _number,
    "BOOL": _boolean,
    "DATE": _date,
    "TIME": _time,
    "DATETIME": _datetime,
    "TIMESTAMP": _timestamp,
    "JSON": _json,
}
