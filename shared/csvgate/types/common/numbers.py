"""How integer and number cells are written, and how a contract declares such values.

Spaces around a number are a fault, as for every type but string. Digits are ASCII; `1_000` and ` 5
` are not numbers, though Python would take them.
"""

import re
from collections.abc import Callable
from typing import Final

from csvgate.types.common.field_type import Field

TOO_LARGE: Final = ("bigquery.range", "has far more digits than any column holds")


def integer_shape(field: Field) -> str:
    """Return a regular expression for a sign and digits, perhaps with groups."""
    if not field.group_char:
        return r"[+-]?[0-9]+"
    # The last group has three digits; the others have two (India) or three. So 12,50 is not 1250.
    # Groups are repeated possessively, because Python would otherwise keep 120 bytes for each of
    # them; so they must not include the last one, which others do not follow.
    group = re.escape(field.group_char)
    groups = rf"(?:{group}[0-9]{{2,3}}(?={group}[0-9]))*+"
    return rf"[+-]?(?:[0-9]{{1,3}}{groups}{group}[0-9]{{3}}|[0-9]+)"


def number_extractor(field: Field, shape: str) -> Callable[[str], str | None]:
    """Returns a function that takes a cell's text and returns the number in it, without group
    characters and, where `bareNumber` is false, without the text around it. The function returns
    None if the cell has another shape."""
    if field.bare_number:
        pattern = re.compile(shape)
    else:
        # Neither a sign nor a bracket is dropped: -€5, 5- and (5) may all mean minus five.
        point = re.escape(field.decimal_char)
        before = rf"(?:[^0-9+\-({point}]|{point}(?![0-9]))*+"
        pattern = re.compile(rf"{before}({shape})[^0-9+\-]*")
    group = field.group_char

    def extract(text: str) -> str | None:
        found = pattern.fullmatch(text)
        if not found:
            return None
        digits = found[pattern.groups]
        return digits.replace(group, "") if group else digits

    return extract


def grouping_hint(field: Field) -> str:
    """Return the end of a message about a cell that is not a number."""
    return f", grouped by {field.group_char!r}" if field.group_char else ""
