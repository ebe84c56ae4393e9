"""Rules for what happens to the text of a cell before it is read: `trim` and `replace`."""

from csvgate.contracts.model import Schema, SchemaField
from csvgate.contracts.reading.mistakes import Complaints
from csvgate.contracts.table import column_type
from csvgate.types.common.field_type import CellFault
from csvgate.types.common.spaces import SPACES
from csvgate.types.registry import FIELD_TYPES


def check_missing_of_schema(schema: Schema) -> Complaints:
    """Places are relative to the contract."""
    if schema.trim:
        for i, message in _never_found(schema.missing_values):
            yield ("schema", "missingValues", i), message


def check_trim(field: SchemaField, schema: Schema) -> Complaints:
    """Places are relative to the field."""
    if schema.trim if field.trim is None else field.trim:
        for i, message in _never_found(field.missing_values or ()):
            yield ("missingValues", i), message
        texts = tuple(field.replace)
        for i, message in _never_found(texts):
            yield ("replace", texts[i]), message


def check_replace(field: SchemaField, schema: Schema) -> Complaints:
    """Places are relative to the field, whose type, format and BigQuery type are right."""
    given = field.missing_values
    missing = schema.missing_values if given is None else given
    read = FIELD_TYPES[field.type].reader(field, column_type(field))
    for text, new in field.replace.items():
        if text == new:
            yield ("replace", text), "is replaced by itself; drop it"
        elif read is not None and new not in missing:
            try:
                read(new)
            except CellFault as error:
                message = f"{new!r} {error.faults[0][1]}"
                yield ("replace", text), f"{message}; write a text that the field takes"


def _never_found(texts: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return the index of each text with spaces around it, and the mistake."""
    message = "has spaces around it, which trim removes from every cell; drop the spaces"
    spaced = [(i, text) for i, text in enumerate(texts) if text != text.strip(SPACES)]
    return [(i, f"{text!r} {message}") for i, text in spaced]
