"""Rules for the fields of a schema: names, BigQuery types, properties, formats, primary key."""

from csvgate.contracts.checks.cells.defaults import check_default
from csvgate.contracts.checks.cells.formats import check_formats
from csvgate.contracts.checks.cells.lists import check_list
from csvgate.contracts.checks.cells.numbers import check_numbers
from csvgate.contracts.checks.cells.replacements import (
    check_missing_of_schema,
    check_replace,
    check_trim,
)
from csvgate.contracts.checks.column_names import wrong_column_name
from csvgate.contracts.checks.constraints import check_constraints
from csvgate.contracts.model import Schema, SchemaField
from csvgate.contracts.reading.mistakes import Complaints, suggest
from csvgate.contracts.table import column_type
from csvgate.types.registry import FIELD_TYPES


def check_schema(schema: Schema) -> Complaints:
    """Places are relative to the contract."""
    seen: dict[str, int] = {}
    for i, field in enumerate(schema.fields):
        first = seen.setdefault(field.name.casefold(), i)
        if first != i:
            message = f"{field.name!r} is also fields[{first}]; BigQuery ignores case, rename one"
            yield ("schema", "fields", i, "name"), message
        wrong = list(_check_field(field, schema))
        # A default can be read only if the rest of the field is right.
        for path, message in wrong or check_default(field, schema):
            yield ("schema", "fields", i, *path), message
    yield from check_missing_of_schema(schema)
    yield from _primary_key(schema)


def _primary_key(schema: Schema) -> Complaints:
    names = [field.name for field in schema.fields]
    key = schema.primary_key or ()
    if schema.primary_key == ():
        yield ("schema", "primaryKey"), "is empty; name at least one field, or drop it"
    for i, name in enumerate(key):
        # A single name without a list has no line of its own; the list's line is reported.
        place = ("schema", "primaryKey", i)
        if name not in names:
            yield place, f"{name!r} is not a field; {suggest(name, names)}"
        elif name in key[:i]:
            yield place, f"{name!r} is listed twice; keep one"


def _check_field(field: SchemaField, schema: Schema) -> Complaints:
    wrong = wrong_column_name(field.name)
    if wrong:
        yield ("name",), wrong
    kind = FIELD_TYPES[field.type]
    column: str | None = None
    try:
        column = column_type(field).kind
    except ValueError as error:
        yield ("bigquery",), str(error)
    if column is not None and column not in kind.columns:
        fitting = ", ".join(kind.columns)
        yield ("bigquery",), f"{column} does not hold every {field.type}; use {fitting}"
        column = None
    yield from _inapplicable(field)
    yield from check_numbers(field)
    yield from check_list(field)
    yield from _words(field)
    wrong_formats = list(check_formats(field, column))
    yield from wrong_formats
    yield from check_trim(field, schema)
    if column is not None:
        yield from check_constraints(field)
        if not wrong_formats:
            yield from check_replace(field, schema)


def _inapplicable(field: SchemaField) -> Complaints:
    """Properties of other types."""
    for name in _given(field):
        types = [type_ for type_, kind in FIELD_TYPES.items() if name in kind.properties]
        if types and field.type not in types:
            yield (name,), f"applies to {' and '.join(types)}, not to {field.type}; drop it"


def _given(field: SchemaField) -> list[str]:
    """Return the properties that the contract gives the field, in the order of the model."""
    properties = type(field).model_fields
    return [p.alias or name for name, p in properties.items() if name in field.model_fields_set]


def _words(field: SchemaField) -> Complaints:
    for name, words in (("trueValues", field.true_values), ("falseValues", field.false_values)):
        if not words:
            yield (name,), "is empty; list the words"
    both = [word for word in field.true_values if word in field.false_values]
    if both:
        name = "falseValues" if "falseValues" in _given(field) else "trueValues"
        yield (name,), f"{both[0]!r} is in trueValues and falseValues; keep it in one"
