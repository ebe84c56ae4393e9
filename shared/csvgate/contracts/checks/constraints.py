"""Rules for a field's constraints: they apply to its type, and at least one value can satisfy
them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from csvgate.contracts.model import Constraints, SchemaField
from csvgate.contracts.pattern import PatternError, matcher
from csvgate.contracts.reading.mistakes import Complaints
from csvgate.contracts.table import column_type
from csvgate.types.common.field_type import Scalar
from csvgate.types.registry import FIELD_TYPES

_LOWER: Final = ("minimum", "exclusiveMinimum")
_UPPER: Final = ("maximum", "exclusiveMaximum")


def check_constraints(field: SchemaField) -> Complaints:
    """Places are relative to the field, whose type and BigQuery type are right."""
    constraints = field.constraints
    yield from _lengths_and_pattern(field, constraints)
    yield from _bounds(field, constraints)
    if constraints.enum is not None:
        yield from _enum(field, constraints.enum)


def _lengths_and_pattern(field: SchemaField, c: Constraints) -> Complaints:
    given = {"minLength": c.min_length, "maxLength": c.max_length, "pattern": c.pattern}
    misplaced = list(
        _misplaced(field, [name for name, value in given.items() if value is not None])
    )
    yield from misplaced
    if misplaced:
        return
    if c.min_length is not None and c.max_length is not None and c.min_length > c.max_length:
        yield ("constraints", "minLength"), "is above maxLength; no value can satisfy both"
    if c.pattern is not None:
        try:
            matcher(c.pattern)
        except PatternError as error:
            yield ("constraints", "pattern"), str(error)


def _bounds(field: SchemaField, c: Constraints) -> Complaints:
    bounds: dict[str, Scalar | None] = {
        "minimum": c.minimum,
        "exclusiveMinimum": c.exclusive_minimum,
        "maximum": c.maximum,
        "exclusiveMaximum": c.exclusive_maximum,
    }
    given = {name: value for name, value in bounds.items() if value is not None}
    misplaced = list(_misplaced(field, given))
    yield from misplaced
    if misplaced:
        return
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            values[name] = _comparable(field, value)
        except ValueError as error:
            yield ("constraints", name), str(error)
    for low in _LOWER:
        for high in _UPPER:
            if low in values and high in values:
                yield from _order(low, values[low], high, values[high])


def _misplaced(field: SchemaField, names: Iterable[str]) -> Complaints:
    for name in names:
        if name not in FIELD_TYPES[field.type].constraints:
            types = ", ".join(_types_with(name))
            message = f"{name} applies to {types}, not to {field.type}; drop it or change the type"
            yield ("constraints", name), message


def _types_with(constraint: str) -> Iterator[str]:
    return (name for name, kind in FIELD_TYPES.items() if constraint in kind.constraints)


def _comparable(field: SchemaField, declared: Scalar) -> Any:
    """Return a declared value that can be compared with the field's values. Raises ValueError."""
    kind = FIELD_TYPES[field.type]
    value = kind.cast(declared)
    kind.check_comparable(value, column_type(field))
    return value


def _order(low: str, least: Any, high: str, most: Any) -> Complaints:
    touching = "exclusive" in low or "exclusive" in high
    if least > most or (touching and least == most):
        yield ("constraints", low), f"leaves no value below {high}; swap or widen them"


def _enum(field: SchemaField, enum: tuple[Scalar, ...]) -> Complaints:
    if not enum:
        yield ("constraints", "enum"), "is empty, so no value is allowed; list them or drop it"
    seen = set()
    for i, declared in enumerate(enum):
        try:
            value = _comparable(field, declared)
        except ValueError as error:
            yield ("constraints", "enum", i), str(error)
            continue
        if value in seen:
            yield ("constraints", "enum", i), f"{declared!r} is listed twice; keep one"
        seen.add(value)
