"""Patterns of formats, for contenders that do not have these formats."""

import re
from typing import Final

from csvgate.contracts.model import SchemaField

EMAIL: Final = r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+"
"""Looser than csvgate's own rule, and therefore cheaper."""
UUID: Final = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


def european_pattern(field: SchemaField) -> str:
    """Return a pattern of numbers with the field's `decimalChar` and, if it has one, its
    `groupChar`."""
    grouped = ""
    if field.group_char:
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(field.group_char)}[0-9]{{3}})+|"
    return rf"[+-]?(?:{grouped}[0-9]+)(?:{re.escape(field.decimal_char)}[0-9]+)?"
