"""Rules about the columns that a file may lack, or may have beyond those of the contract."""

from csvgate.contracts.checks.column_names import wrong_column_name
from csvgate.contracts.model import Contract, Schema, SchemaField
from csvgate.contracts.reading.mistakes import Complaints

_WITHOUT_EXTRA = {"subset": "equal", "partial": "superset"}
"""Each value of fieldsMatch that allows further columns, and the same rule without them."""
_WITH_EXTRA = {"exact": "subset", "equal": "subset", "superset": "partial"}
"""Each value of fieldsMatch that allows no further columns, and the rule with them."""


def check_columns(contract: Contract) -> Complaints:
    """Places are relative to the contract."""
    schema, header = contract.schema_, contract.dialect.header
    for i, field in enumerate(schema.fields):
        if field.optional and (wrong := _wrong_optional(field, schema, has_header=header)):
            yield ("schema", "fields", i, "optional"), wrong
    if not header:
        by_label = "needs a header, because columns are found by their labels; drop it"
        if schema.fields_match not in ("equal", "exact"):
            yield ("schema", "fieldsMatch"), by_label
        if schema.extra_columns is not None:
            yield ("schema", "extraColumns"), by_label
    else:
        yield from _rescue_column(schema)
    if header and ("fields_match" in schema.model_fields_set or schema.extra_columns == "refuse"):
        yield from _contradiction(schema)


def _wrong_optional(field: SchemaField, schema: Schema, *, has_header: bool) -> str | None:
    if not has_header:
        return "needs a header, because columns are found by their labels; drop it"
    if field.name in (schema.primary_key or ()):
        return "a field of the primary key cannot be optional; drop it"
    if field.constraints.required and field.default is None:
        message = "contradicts `required`: without the column, every row would be rejected"
        return f"{message}; drop one of them, or add a `default`"
    if schema.fields_match == "exact":
        return "contradicts `fieldsMatch: exact`, which needs every column; use equal"
    if schema.fields_match in ("superset", "partial"):
        return f"has no effect, because `fieldsMatch: {schema.fields_match}` implies it; drop it"
    return None


def _rescue_column(schema: Schema) -> Complaints:
    place, name = ("schema", "rescueColumn"), schema.rescue_column
    if not schema.rescues:
        if "rescue_column" in schema.model_fields_set:
            yield place, "has no effect without `extraColumns: rescue`; add it, or drop this"
        return
    if wrong := wrong_column_name(name):
        yield place, wrong
    elif name.casefold() in (field.name.casefold() for field in schema.fields):
        yield place, f"{name!r} is also a field; choose another name for the rescued cells"


def _contradiction(schema: Schema) -> Complaints:
    match, extra = schema.fields_match, schema.extra_columns
    if extra == "refuse" and match in _WITHOUT_EXTRA:
        message = f"contradicts `fieldsMatch: {match}`, which allows further columns"
        yield ("schema", "extraColumns"), f"{message}; use {_WITHOUT_EXTRA[match]}, or drop it"
    elif extra not in (None, "refuse") and match in _WITH_EXTRA:
        message = f"contradicts `fieldsMatch: {match}`, which allows no further columns"
        yield ("schema", "extraColumns"), f"{message}; use {_WITH_EXTRA[match]}, or drop one"
