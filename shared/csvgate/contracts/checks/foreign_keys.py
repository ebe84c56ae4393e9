"""Rules for foreign keys: fields that are there, of types with keys, into a known reference."""

from collections.abc import Collection
from contextlib import suppress

from csvgate.contracts.checks.enrich import KEYS
from csvgate.contracts.model import Contract, ForeignKey, SchemaField
from csvgate.contracts.reading.mistakes import Complaints, suggest
from csvgate.contracts.table import column_type


def check_foreign_keys(contract: Contract, unsure: Collection[str] = ()) -> Complaints:
    """Places are relative to the contract. `unsure` names fields whose type is not what it says."""
    schema = contract.schema_
    fields = {field.name: field for field in schema.fields}
    for i, key in enumerate(schema.foreign_keys):
        place = ("schema", "foreignKeys", i)
        if key in schema.foreign_keys[:i]:
            yield place, "is there twice; keep one"
            continue
        for path, message in _fields(key, fields, unsure):
            yield (*place, *path), message
        for path, message in _reference(key, contract):
            yield (*place, "reference", *path), message


def _fields(key: ForeignKey, fields: dict[str, SchemaField], unsure: Collection[str]) -> Complaints:
    if not key.fields:
        yield ("fields",), "is empty; name fields"
    for i, name in enumerate(key.fields):
        # A single name without a list has no lines of its own, so the list's will be taken.
        place = ("fields", i)
        if name not in fields:
            yield place, f"{name!r} is not a field; {suggest(name, fields)}"
        elif name in key.fields[:i]:
            yield place, f"{name!r} is there twice; keep one"
        elif name not in unsure:
            # A type that is none is told where it stands.
            with suppress(ValueError):
                kind = column_type(fields[name]).kind
                if kind not in KEYS:
                    yield place, f"{name!r} is {kind}, which has no keys; use {', '.join(KEYS)}"


def _reference(key: ForeignKey, contract: Contract) -> Complaints:
    name, columns = key.reference.resource, key.reference.fields
    if not name:
        message = "is empty, which would be this very file; that is not supported, name a reference"
        yield ("resource",), message
    elif name not in contract.references:
        hint = suggest(name, contract.references)
        yield ("resource",), f"{name!r} is not in `references`; {hint}"
    if len(columns) != len(key.fields):
        message = f"has {len(columns)} columns for {len(key.fields)} fields; name one for each"
        yield ("fields",), message
    for i, column in enumerate(columns):
        if not column:
            yield ("fields", i), "is empty; name a column of the reference"
        elif column in columns[:i]:
            yield ("fields", i), f"{column!r} is there twice; keep one"
