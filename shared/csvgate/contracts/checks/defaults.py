"""Rules for the defaults of fields: each is a valid cell of its field.

The rules are those of `csvgate.validation.constraints`, written again for a single value, because
only the function that reads files has that package.
"""

from collections.abc import Iterator
from operator import ge, gt, le, lt
from typing import Any, Final

from csvgate.contracts.model import Schema, SchemaField
from csvgate.contracts.pattern import matcher
from csvgate.contracts.reading.mistakes import Complaints
from csvgate.contracts.table import column_type
from csvgate.types.common.field_type import CellFault
from csvgate.types.registry import FIELD_TYPES

_BOUNDS: Final = (
    ("minimum", ge),
    ("exclusive_minimum", gt),
    ("maximum", le),
    ("exclusive_maximum", lt),
)


def check_default(field: SchemaField, schema: Schema) -> Complaints:
    """Places are relative to the field, whose other properties are right."""
    if field.default is None:
        return
    given = field.missing_values
    if field.constraints.unique or (schema.primary_key or ()) == (field.name,):
        yield ("default",), "would repeat a value that must be unique; drop one of them"
    elif field.default in (schema.missing_values if given is None else given):
        yield ("default",), f"{field.default!r} is itself one of the missing values; drop one"
    elif wrong := " and ".join(_faults(field, field.default)):
        yield ("default",), f"{field.default!r} is not a valid cell of this field: it {wrong}"


def _faults(field: SchemaField, text: str) -> Iterator[str]:
    if "\0" in text:
        yield "contains a NUL character"
        return
    kind, column = FIELD_TYPES[field.type], column_type(field)
    read, fit = kind.reader(field, column), kind.fit(column)
    try:
        value = read(text) if read else text
    except CellFault as error:
        yield from (message for _, message in error.faults)
        return
    yield from _broken_constraints(field, text, value)
    if fit:
        try:
            fit(text, value)
        except CellFault as error:
            yield from (message for _, message in error.faults)


def _broken_constraints(field: SchemaField, text: str, value: Any) -> Iterator[str]:
    kind, rules = FIELD_TYPES[field.type], field.constraints
    if rules.min_length is not None and len(value) < rules.min_length:
        yield f"has fewer than {rules.min_length} {kind.length_unit}"
    if rules.max_length is not None and len(value) > rules.max_length:
        yield f"has more than {rules.max_length} {kind.length_unit}"
    for name, keeps in _BOUNDS:
        bound = getattr(rules, name)
        # NaN equals no value, not even itself, and violates every bound.
        if bound is not None and (value != value or not keeps(value, kind.cast(bound))):
            yield f"breaks the constraint {type(rules).model_fields[name].alias or name}"
    if rules.pattern is not None and not matcher(rules.pattern)(text):
        yield f"does not match the pattern {rules.pattern}"
    if rules.enum is not None:
        comparable = kind.hashable(value) if kind.hashable else value
        if comparable not in set(map(kind.cast, rules.enum)):
            yield "is not one of the values of `enum`"
