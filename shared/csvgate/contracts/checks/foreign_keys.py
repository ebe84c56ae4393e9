"""Rules for foreign keys: their fields exist, their types can be keys, their references are
known."""

from collections.abc import Collection
from contextlib import suppress

from csvgate.contracts.checks.enrich import KEYS
from csvgate.contracts.model import Contract, ForeignKey, SchemaField
from csvgate.contracts.reading.mistakes import Complaints, suggest
from csvgate.contracts.table import column_type


def check_foreign_keys(contract: Contract, unsure: Collection[str] = ()) -> Complaints:
    """Places are relative to the contract. `unsure` are fields whose type was invalid and
    replaced."""
    schema = contract.schema_
    fields = {field.name: field for field in schema.fields}
    for i, key in enumerate(schema.foreign_keys):
        place = ("schema", "foreignKeys", i)
        if key in schema.foreign_keys[:i]:
            yield place, "is listed twice; keep one"
            continue
        for path, message in _fields(key, fields, unsure):
            yield (*place, *path), message
        for path, message in _reference(key, contract):
            yield (*place, "reference", *path), message


def _fields(key: ForeignKey, fields: dict[str, SchemaField], unsure: Collection[str]) -> Complaints:
    if not key.fields:
        yield ("fields",), "is empty; name at least one field"
    for i, name in enumerate(key.fields):
        # A single name without a list has no line of its own; the list's line is reported.
        place = ("fields", i)
        if name not in fields:
            yield place, f"{name!r} is not a field; {suggest(name, fields)}"
        elif name in key.fields[:i]:
            yield place, f"{name!r} is listed twice; keep one"
        elif name not in unsure:
            # An invalid type is reported at the field.
            with suppress(ValueError):
                kind = column_type(fields[name]).kind
                if kind not in KEYS:
                    yield place, f"{name!r} is {kind}, which cannot be a key; use {', '.join(KEYS)}"


def _reference(key: ForeignKey, contract: Contract) -> Complaints:
    name, columns = key.reference.resource, key.reference.fields
    if not name:
        message = "is empty, which would mean the file itself; this is not supported"
        yield ("resource",), f"{message}, so name a reference"
    elif name not in contract.references:
        hint = suggest(name, contract.references)
        yield ("resource",), f"{name!r} is not in `references`; {hint}"
    if len(columns) != len(key.fields):
        message = f"has {len(columns)} columns for {len(key.fields)} fields"
        yield ("fields",), f"{message}; name one column for each field"
    for i, column in enumerate(columns):
        if not column:
            yield ("fields", i), "is empty; name a column of the reference"
        elif column in columns[:i]:
            yield ("fields", i), f"{column!r} is listed twice; keep one"
