"""Rules for the defaults of fields: each is a valid cell of its field."""

from csvgate.contracts.constraints import value_reader
from csvgate.contracts.model import Schema, SchemaField
from csvgate.contracts.reading.mistakes import Complaints
from csvgate.types.common.field_type import CellFault


def check_default(field: SchemaField, schema: Schema) -> Complaints:
    """Places are relative to the field, whose other properties are right."""
    if field.default is None:
        return
    given = field.missing_values
    if field.constraints.unique or (schema.primary_key or ()) == (field.name,):
        yield ("default",), "would repeat a value that must be unique; drop one of them"
    elif field.default in (schema.missing_values if given is None else given):
        yield ("default",), f"{field.default!r} is itself one of the missing values; drop one"
    elif wrong := _fault(field, field.default):
        yield ("default",), f"{field.default!r} is not a valid cell of this field: it {wrong}"


def _fault(field: SchemaField, text: str) -> str:
    """Return what is wrong with the cell, or an empty text."""
    if "\0" in text:
        return "contains a NUL character"
    try:
        value_reader(field)(text)
    except CellFault as error:
        return " and ".join(message for _, message in error.faults)
    return ""
