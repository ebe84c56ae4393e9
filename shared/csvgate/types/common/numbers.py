"""How integer and number cells are written, and how a contract declares such values.

Spaces around a number are a fault, as for every type but string. Digits are ASCII; `1_000` and ` 5
` are not numbers, though Python would take them.
"""

import re
from collections.abc import Callable
from typing import Final

from csvgate.types.common.field_type import Field

TOO_LARGE: Final = ("bigquery.range", "has far more digits than any column holds")
MINUS: Final = "\N{MINUS SIGN}"
"""The minus sign of typography (U+2212), which is accepted wherever a hyphen-minus is."""
SIGN: Final = rf"[+\-{MINUS}]"
"""A regular expression for a sign."""
_ALIKE: Final = (" \u00a0\u2007\u2009\u202f", "'’")
"""Characters between groups that look the same: spaces of any width, and apostrophes."""


def group_marks(field: Field) -> str:
    """Return all characters that may stand between groups. If `groupChar` is a space or an
    apostrophe, these are all spaces or apostrophes, because people see no difference."""
    if not field.group_char:
        return ""
    return next((marks for marks in _ALIKE if field.group_char in marks), field.group_char)


def whole_shape(field: Field) -> str:
    """Return a regular expression for digits, perhaps with groups.

    All repetitions are possessive: what follows digits is never a digit, so giving some back would
    only take time.
    """
    marks = group_marks(field)
    if not marks:
        return "[0-9]++"
    # The last group has three digits; the others have two (India) or three. So 12,50 is not 1250.
    # Groups are repeated possessively, because Python would otherwise keep 120 bytes for each of
    # them; so they must not include the last one, which others do not follow.
    group = f"[{re.escape(marks)}]"
    groups = rf"(?:{group}[0-9]{{2,3}}(?={group}[0-9]))*+"
    return rf"(?:[0-9]{{1,3}}{groups}{group}[0-9]{{3}}|[0-9]++)"


def integer_shape(field: Field) -> str:
    """Return a regular expression for an integer without its sign."""
    zeros = rf"(?:{re.escape(field.decimal_char)}0*+)?" if field.whole_decimals else ""
    return whole_shape(field) + zeros


def decimal_shape(field: Field) -> str:
    """Return a regular expression for a decimal number without its sign."""
    point = re.escape(field.decimal_char)
    # No program writes a percentage with an exponent.
    exponent = "" if field.percent_as_fraction else rf"(?:[eE]{SIGN}?[0-9]++)?"
    return rf"(?:{whole_shape(field)}(?:{point}[0-9]*+)?|{point}[0-9]++){exponent}"


def canonical_form(field: Field) -> Callable[[str], str]:
    """Return a function that takes a number as the file writes it and returns it as Python does:
    without groups, with a point and a hyphen-minus."""
    group, point = field.group_char or "", field.decimal_char
    others = group_marks(field).replace(group, "")
    ascii_other = next(filter(str.isascii, others), "")

    def canonical(number: str) -> str:
        if group:
            number = number.replace(group, "")
        if point != ".":
            number = number.replace(point, ".")
        if ascii_other:
            number = number.replace(ascii_other, "")
        if number.isascii():
            return number
        for mark in others:
            number = number.replace(mark, "")
        return number.replace(MINUS, "-")

    return canonical


def surrounded(field: Field, shape: str) -> str:
    """Return a regular expression for a number of that shape, its only group, with any text around
    it: what `bareNumber: false` allows."""
    # Neither a sign nor a bracket is dropped: -€5, 5- and (5) may all mean minus five.
    point = re.escape(field.decimal_char)
    before = rf"(?:[^0-9+\-{MINUS}({point}]|{point}(?![0-9]))*+"
    return rf"{before}({SIGN}?{shape})[^0-9+\-{MINUS}]*"
