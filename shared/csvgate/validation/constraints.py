"""Constraints of a field, each made into a check of one value."""

import operator
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from csvgate.contracts.checks.declared_values import cast
from csvgate.contracts.model import SchemaField
from csvgate.contracts.patterns.cost import text_limit
from csvgate.types.json_text import hashable

Check = Callable[[str, Any], tuple[str, str] | None]
"""Takes a cell's text and its value; gives code and message when the value breaks the rule."""

_BOUNDS: Final = (
    ("minimum", operator.ge, "constraint.minimum", "is below the minimum of"),
    ("exclusive_minimum", operator.gt, "constraint.exclusive_minimum", "is not above"),
    ("maximum", operator.le, "constraint.maximum", "is above the maximum of"),
    ("exclusive_maximum", operator.lt, "constraint.exclusive_maximum", "is not below"),
)
_MOST_SHOWN: Final = 20
_ENTRIES: Final = {"object": "keys", "array": "items"}
"""What the types that are read from JSON have a number of."""


def checks(field: SchemaField) -> Iterator[Check]:
    """In the order in which their faults are told. `required` and `unique` are not among them:
    they are about cells that have no value, and about more than one row."""
    constraints = field.constraints
    if constraints.min_length is not None:
        yield _min_length(constraints.min_length, _ENTRIES.get(field.type, "characters"))
    if constraints.max_length is not None:
        yield _max_length(constraints.max_length, _ENTRIES.get(field.type, "characters"))
    for name, keeps, code, words in _BOUNDS:
        bound = getattr(constraints, name)
        if bound is not None:
            yield _bound(cast(bound, field.type), keeps, (code, f"{words} {bound}"))
    if constraints.pattern is not None:
        yield _pattern(constraints.pattern)
    if constraints.enum is not None:
        allowed = frozenset(cast(value, field.type) for value in constraints.enum)
        shown = ", ".join(map(str, constraints.enum[:_MOST_SHOWN]))
        more = len(constraints.enum) - _MOST_SHOWN
        check = _enum_of_json if field.type in _ENTRIES else _enum
        yield check(allowed, f"{shown} and {more} more" if more > 0 else shown)


def _min_length(least: int, what: str) -> Check:
    fault = ("constraint.min_length", f"has fewer than {least} {what}")
    return lambda _, value: fault if len(value) < least else None


def _max_length(most: int, what: str) -> Check:
    fault = ("constraint.max_length", f"has more than {most} {what}")
    return lambda _, value: fault if len(value) > most else None


def _bound(bound: Any, keeps: Callable[[Any, Any], bool], fault: tuple[str, str]) -> Check:
    if not isinstance(bound, Decimal):
        return lambda _, value: None if keeps(value, bound) else fault
    # NaN is neither above nor below anything, so it keeps no bound.
    return lambda _, value: None if not value.is_nan() and keeps(value, bound) else fault


def _pattern(pattern: str) -> Check:
    matches, limit = re.compile(pattern).fullmatch, text_limit(pattern)
    fault = ("constraint.pattern", f"does not match the pattern {pattern}")
    if limit is None:
        return lambda text, _: None if matches(text) else fault
    long = (
        "constraint.pattern",
        f"has more than {limit:,} characters, too many to match the pattern {pattern}",
    )

    def check(text: str, _: Any) -> tuple[str, str] | None:
        if len(text) > limit:
            return long
        return None if matches(text) else fault

    return check


def _enum(allowed: frozenset[Any], shown: str) -> Check:
    fault = ("constraint.enum", f"is not one of: {shown}")
    return lambda _, value: None if value in allowed else fault


def _enum_of_json(allowed: frozenset[Any], shown: str) -> Check:
    check = _enum(allowed, shown)
    return lambda text, value: check(text, hashable(value))
