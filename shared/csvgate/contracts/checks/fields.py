"""Rules for the fields of a schema: names, BigQuery types, formats, primary key."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from csvgate.contracts.checks.column_names import wrong_column_name
from csvgate.contracts.checks.constraints import check_constraints
from csvgate.contracts.model import Schema, SchemaField
from csvgate.contracts.reading.mistakes import Complaints, suggest
from csvgate.contracts.table import column_type

FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("STRING", "JSON", "GEOGRAPHY", "BYTES"),
    "integer": ("INT64", "NUMERIC", "BIGNUMERIC", "FLOAT64", "STRING"),
    "number": ("NUMERIC", "BIGNUMERIC", "FLOAT64", "STRING"),
    "boolean": ("BOOL", "STRING"),
    "date": ("DATE", "STRING"),
    "time": ("TIME", "STRING"),
    "datetime": ("TIMESTAMP", "DATETIME", "STRING"),
    "year": ("INT64", "STRING"),
    "yearmonth": ("STRING", "DATE"),
    "duration": ("STRING", "INT64", "NUMERIC"),
    "geopoint": ("GEOGRAPHY", "STRING"),
    "object": ("JSON", "STRING"),
    "array": ("JSON", "STRING"),
    "any": ("STRING",),
}
"""BigQuery types that can hold the values of a Table Schema type; the usual one first."""

_FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("default", "email", "uri", "uuid", "binary"),
    "date": ("default", "any"),
    "time": ("default", "any"),
    "datetime": ("default", "any"),
    "geopoint": ("default", "array", "object"),
}
_COLUMNS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "default": FITTING["string"],
    "email": ("STRING",),
    "uri": ("STRING",),
    "uuid": ("STRING",),
    "binary": ("STRING", "BYTES"),
}
_TYPED: Final[Mapping[str, tuple[str, ...]]] = {
    "decimalChar": ("number",),
    "groupChar": ("integer", "number"),
    "bareNumber": ("integer", "number"),
    "trueValues": ("boolean",),
    "falseValues": ("boolean",),
}


def check_schema(schema: Schema) -> Complaints:
    """Places are relative to the contract."""
    seen: dict[str, int] = {}
    for i, field in enumerate(schema.fields):
        first = seen.setdefault(field.name.casefold(), i)
        if first != i:
            message = f"{field.name!r} is also fields[{first}]; BigQuery ignores case, rename one"
            yield ("schema", "fields", i, "name"), message
        for path, message in _check_field(field):
            yield ("schema", "fields", i, *path), message
    yield from _primary_key(schema)


def _primary_key(schema: Schema) -> Complaints:
    names = [field.name for field in schema.fields]
    key = schema.primary_key or ()
    if schema.primary_key == ():
        yield ("schema", "primaryKey"), "is empty; name fields or drop it"
    for i, name in enumerate(key):
        # A single name without a list has no lines of its own, so the list's will be taken.
        place = ("schema", "primaryKey", i)
        if name not in names:
            yield place, f"{name!r} is not a field; {suggest(name, names)}"
        elif name in key[:i]:
            yield place, f"{name!r} is there twice; keep one"


def _check_field(field: SchemaField) -> Complaints:
    wrong = wrong_column_name(field.name)
    if wrong:
        yield ("name",), wrong
    fits = True
    try:
        kind = column_type(field).kind
    except ValueError as error:
        fits = False
        yield ("bigquery",), str(error)
    else:
        if kind not in FITTING[field.type]:
            fits = False
            fitting = ", ".join(FITTING[field.type])
            yield ("bigquery",), f"{kind} does not hold every {field.type}; use {fitting}"
    for name, types in _TYPED.items():
        if _given(field, name) and field.type not in types:
            yield (name,), f"applies to {' and '.join(types)}, not to {field.type}; drop it"
    yield from _characters(field)
    yield from _truth(field)
    yield from _format(field, column=kind if fits else "")
    if fits:
        yield from check_constraints(field)


def _given(field: SchemaField, alias: str) -> bool:
    properties = type(field).model_fields
    return any(properties[name].alias == alias for name in field.model_fields_set)


def _characters(field: SchemaField) -> Complaints:
    for name, char in (("decimalChar", field.decimal_char), ("groupChar", field.group_char)):
        if char is not None and (len(char) != 1 or char in "0123456789+-"):
            yield (name,), f"{char!r} should be one character, no digit and no sign"
    if field.decimal_char == field.group_char:
        yield ("groupChar",), "is the same as decimalChar; numbers would have two meanings"


def _truth(field: SchemaField) -> Complaints:
    for name, words in (("trueValues", field.true_values), ("falseValues", field.false_values)):
        if not words:
            yield (name,), "is empty; list the words"
    both = [word for word in field.true_values if word in field.false_values]
    if both:
        name = "falseValues" if _given(field, "falseValues") else "trueValues"
        yield (name,), f"{both[0]!r} is in trueValues and falseValues; keep it in one"


def _format(field: SchemaField, column: str) -> Complaints:
    known = _FORMATS.get(field.type, ("default",))
    if field.format in known:
        if field.type == "string" and column not in ("", *_COLUMNS_OF[field.format]):
            fitting = " or ".join(_COLUMNS_OF[field.format])
            yield ("format",), f"{column} does not hold {field.format}; use {fitting}"
        return
    if field.type not in ("date", "time", "datetime"):
        yield ("format",), f"{field.format!r} is no format of {field.type}; use {', '.join(known)}"
    elif "%" not in field.format:
        words = f"use {', '.join(known)} or a pattern such as %d.%m.%Y"
        yield ("format",), f"{field.format!r} is no format of {field.type}; {words}"
    elif not _can_read_back(field.format):
        yield ("format",), f"{field.format!r} is not a strptime pattern that can be read"
    elif column == "TIMESTAMP" and "%z" not in field.format:
        words = "it has no %z, and TIMESTAMP needs a time zone"
        yield ("format",), f"{words}; add %z or use `bigquery: DATETIME`"


def _can_read_back(pattern: str) -> bool:
    moment = datetime(2026, 11, 21, 14, 30, 59, 123456, tzinfo=UTC)
    try:
        datetime.strptime(moment.strftime(pattern), pattern)
    except (ValueError, re.error):
        return False
    return True
