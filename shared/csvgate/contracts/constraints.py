"""The rules for one value of a field: its type, its constraints, and the fit to its column.

Cells of files and the defaults of a contract are read by the same rules.
"""

import operator
from collections.abc import Callable, Container, Hashable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from csvgate.contracts.model import SchemaField
from csvgate.contracts.pattern import matcher
from csvgate.contracts.table import column_type
from csvgate.types.common.field_type import CellFault
from csvgate.types.registry import FIELD_TYPES

Check = Callable[[str, Any], tuple[str, str] | None]
"""Takes a cell's text and its value; returns code and message if the value breaks the rule."""
Known = tuple[Container[object], tuple[str, str]]
"""The keys of a reference, and the code and message for a value that is not among them."""

_BOUNDS: Final = (
    ("minimum", operator.ge, "constraint.minimum", "is below the minimum of"),
    ("exclusive_minimum", operator.gt, "constraint.exclusive_minimum", "is not above"),
    ("maximum", operator.le, "constraint.maximum", "is above the maximum of"),
    ("exclusive_maximum", operator.lt, "constraint.exclusive_maximum", "is not below"),
)
_MAX_SHOWN: Final = 20


def value_reader(field: SchemaField, foreign: Sequence[Known] = ()) -> Callable[[str], object]:
    """Return a function that turns the text of a cell, which is not a missing value, into the
    column's value. It raises CellFault: for the type alone if that does not hold, otherwise for
    everything that the value breaks. `foreign` are the foreign keys of this field alone."""
    column, kind = column_type(field), FIELD_TYPES[field.type]
    read, fit = kind.reader(field, column), kind.fit(column)
    constraints = tuple(checks(field))

    def value_of(text: str) -> object:
        value: Any = read(text) if read else text
        faults: list[tuple[str, str]] = []
        for check in constraints:
            if (fault := check(text, value)) is not None:
                faults.append(fault)
        if fit:
            try:
                value = fit(text, value)
            except CellFault as error:
                raise CellFault(*faults, *error.faults) from None
        for known, fault in foreign:
            if value not in known:
                faults.append(fault)
        if faults:
            raise CellFault(*faults)
        return value

    return value_of


def checks(field: SchemaField) -> Iterator[Check]:
    """Yield the checks of a field in the order in which their faults are reported. `required` and
    `unique` are checked elsewhere: they concern cells that have no value, and more than one row."""
    constraints, kind = field.constraints, FIELD_TYPES[field.type]
    if constraints.min_length is not None:
        yield _min_length(constraints.min_length, kind.length_unit)
    if constraints.max_length is not None:
        yield _max_length(constraints.max_length, kind.length_unit)
    for name, keeps, code, words in _BOUNDS:
        bound = getattr(constraints, name)
        if bound is not None:
            yield _bound(kind.cast(bound), keeps, (code, f"{words} {bound}"))
    if constraints.pattern is not None:
        yield _pattern(constraints.pattern)
    if constraints.enum is not None:
        allowed = frozenset(map(kind.cast, constraints.enum))
        shown = ", ".join(map(str, constraints.enum[:_MAX_SHOWN]))
        more = len(constraints.enum) - _MAX_SHOWN
        check = _enum(allowed, f"{shown} and {more} more" if more > 0 else shown)
        yield _hashing(check, kind.hashable) if kind.hashable else check


def _min_length(least: int, unit: str) -> Check:
    fault = ("constraint.min_length", f"has fewer than {least} {unit}")
    return lambda _, value: fault if len(value) < least else None


def _max_length(most: int, unit: str) -> Check:
    fault = ("constraint.max_length", f"has more than {most} {unit}")
    return lambda _, value: fault if len(value) > most else None


def _bound(bound: Any, keeps: Callable[[Any, Any], bool], fault: tuple[str, str]) -> Check:
    if not isinstance(bound, Decimal):
        return lambda _, value: None if keeps(value, bound) else fault
    # NaN is neither above nor below anything, so it violates every bound.
    return lambda _, value: None if not value.is_nan() and keeps(value, bound) else fault


def _pattern(pattern: str) -> Check:
    matches = matcher(pattern)
    fault = ("constraint.pattern", f"does not match the pattern {pattern}")
    return lambda text, _: None if matches(text) else fault


def _enum(allowed: frozenset[Any], shown: str) -> Check:
    fault = ("constraint.enum", f"is not one of: {shown}")
    return lambda _, value: None if value in allowed else fault


def _hashing(check: Check, hashable: Callable[[Any], Hashable]) -> Check:
    return lambda text, value: check(text, hashable(value))
