"""Rules for the lists of a field: no item may contain the delimiter."""

from typing import Final

from csvgate.contracts.model import SchemaField
from csvgate.contracts.reading.mistakes import Complaints

_IN_ITEMS: Final = {
    "integer": "+-",
    "number": "+-.",
    "date": "-",
    "time": ":.",
    "datetime": "+-:.",
}
"""The characters of items of each type that are neither letters nor digits."""


def check_list(field: SchemaField) -> Complaints:
    """Places are relative to the field, which may have any type."""
    if field.type != "list":
        return
    text = field.delimiter
    if not text:
        yield ("delimiter",), "is empty; write the text between the items"
    elif any(character.isalnum() for character in text):
        yield ("delimiter",), f"{text!r} should have neither letters nor digits"
    elif any(character in _IN_ITEMS.get(field.item_type, "") for character in text):
        message = f"{text!r} has a character that items of type {field.item_type} may have"
        yield ("delimiter",), f"{message}; use another delimiter, or itemType string"
