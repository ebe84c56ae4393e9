"""Rules for the defaults of fields: each is a valid cell of its field."""

from csvgate.contracts.model import Schema, SchemaField
from csvgate.contracts.reading.mistakes import Complaints
from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells


def check_default(field: SchemaField, schema: Schema) -> Complaints:
    """Places are relative to the field, whose other properties are right."""
    if field.default is None:
        return
    if field.constraints.unique or (schema.primary_key or ()) == (field.name,):
        yield ("default",), "would repeat a value that must be unique; drop one of them"
        return
    cells = Cells(field, schema, required=False)
    if field.default in cells.missing:
        yield ("default",), f"{field.default!r} is itself one of the missing values; drop one"
        return
    try:
        cells.missing_value()
    except CellFault as error:
        wrong = " and ".join(message for _, message in error.faults)
        yield ("default",), f"{field.default!r} is not a valid cell of this field: it {wrong}"
