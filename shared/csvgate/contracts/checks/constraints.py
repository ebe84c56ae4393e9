"""Rules for a field's constraints: they apply to its type, and some value can fulfil them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from csvgate.contracts.checks.declared_values import cast
from csvgate.contracts.model import Constraints, Scalar, SchemaField
from csvgate.contracts.patterns.cost import HostilePatternError, text_limit
from csvgate.contracts.reading.mistakes import Complaints
from csvgate.contracts.table import column_type

_LOWER: Final = ("minimum", "exclusiveMinimum")
_UPPER: Final = ("maximum", "exclusiveMaximum")
_ORDERED: Final = (
    "integer", "number", "date", "time", "datetime", "year", "yearmonth", "duration",
)  # fmt: skip
_MEASURED: Final = ("string", "object", "array")


def check_constraints(field: SchemaField) -> Complaints:
    """Places are relative to the field."""
    constraints = field.constraints
    yield from _text(field, constraints)
    yield from _bounds(field, constraints)
    if constraints.enum is not None:
        yield from _enum(field, constraints.enum)


def _text(field: SchemaField, c: Constraints) -> Complaints:
    given = (
        ("minLength", c.min_length, _MEASURED),
        ("maxLength", c.max_length, _MEASURED),
        ("pattern", c.pattern, ("string",)),
    )
    misplaced = [name for name, value, types in given
                 if value is not None and field.type not in types]  # fmt: skip
    for name, _, types in given:
        if name in misplaced:
            yield ("constraints", name), _applies(name, ", ".join(types), field)
    if misplaced:
        return
    if c.min_length is not None and c.max_length is not None and c.min_length > c.max_length:
        yield ("constraints", "minLength"), "is above maxLength; no value can fulfil both"
    if c.pattern is not None:
        try:
            text_limit(c.pattern)
        except re.error as error:
            yield ("constraints", "pattern"), f"is not a regular expression: {error}"
        except HostilePatternError as error:
            yield ("constraints", "pattern"), str(error)


def _bounds(field: SchemaField, c: Constraints) -> Complaints:
    given: Mapping[str, Scalar | None] = {
        "minimum": c.minimum,
        "exclusiveMinimum": c.exclusive_minimum,
        "maximum": c.maximum,
        "exclusiveMaximum": c.exclusive_maximum,
    }
    values: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if field.type not in _ORDERED:
            yield ("constraints", name), _applies(name, ", ".join(_ORDERED), field)
            continue
        try:
            bound = cast(value, field.type)
            _check_zone(field, bound)
        except ValueError as error:
            yield ("constraints", name), str(error)
        else:
            values[name] = bound
    for low in _LOWER:
        for high in _UPPER:
            if low in values and high in values:
                yield from _order(low, values[low], high, values[high])


def _check_zone(field: SchemaField, bound: Any) -> None:
    """Bounds compare with values only if both have a time zone, or neither has."""
    if field.type != "datetime":
        return
    kind = column_type(field).kind
    if kind == "TIMESTAMP" and bound.tzinfo is None:
        raise ValueError("needs a time zone, as TIMESTAMP has one; add Z for UTC")
    if kind == "DATETIME" and bound.tzinfo is not None:
        raise ValueError("must have no time zone, as DATETIME has none")
    if kind == "STRING":
        raise ValueError(
            "needs `bigquery` TIMESTAMP or DATETIME: without it values may or may not have a time "
            "zone, and cannot be compared"
        )


def _order(low: str, least: Any, high: str, most: Any) -> Complaints:
    touching = "exclusive" in low or "exclusive" in high
    if least > most or (touching and least == most):
        yield ("constraints", low), f"leaves no value below {high}; swap or widen them"


def _enum(field: SchemaField, enum: tuple[Scalar, ...]) -> Complaints:
    if not enum:
        yield ("constraints", "enum"), "is empty, so no value is allowed; list them or drop it"
    seen = set()
    for i, value in enumerate(enum):
        try:
            found = cast(value, field.type)
            _check_zone(field, found)
        except ValueError as error:
            yield ("constraints", "enum", i), str(error)
            continue
        if found in seen:
            yield ("constraints", "enum", i), f"{value!r} is there twice; keep one"
        seen.add(found)


def _applies(name: str, types: str, field: SchemaField) -> str:
    return f"{name} applies to {types}, not to {field.type}; drop it or change the type"
