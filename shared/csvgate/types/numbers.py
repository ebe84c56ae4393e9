"""Numbers as Table Schema spells them, read exactly: never through a float.

Spaces around a number are a fault, as for every type but string: digits are ASCII, `1_000` and
` 5 ` are not numbers though Python would take them.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Final

from csvgate.contracts.model import SchemaField
from csvgate.types.cell_fault import CellFault

_SPECIAL: Final = {"NaN": Decimal("NaN"), "INF": Decimal("Infinity"), "-INF": Decimal("-Infinity")}
_MOST_DIGITS: Final = 100
"""More than any column holds; Python refuses, or takes quadratic time for, numbers of thousands."""
_MOST_CHARACTERS: Final = 400
"""The largest FLOAT64 in plain digits has 309."""
_TOO_LARGE: Final = ("bigquery.range", "has far more digits than any column holds")


def integer_reader(field: SchemaField) -> Callable[[str], int]:
    """Reads the text of a cell; raises CellFault `type.integer`, `bigquery.range`."""
    clean = _cleaner(field, _whole(field))
    message = "is not a whole number: digits, perhaps with a sign in front" + _grouping(field)

    def read(text: str) -> int:
        digits = clean(text)
        if digits is None:
            raise CellFault(("type.integer", message))
        if len(digits) > _MOST_DIGITS:
            digits = digits[0] + digits[1:].lstrip("0")
            if len(digits) > _MOST_DIGITS:
                raise CellFault(_TOO_LARGE)
        return int(digits)

    return read


def number_reader(field: SchemaField) -> Callable[[str], Decimal]:
    """Reads the text of a cell; raises CellFault `type.number`, `bigquery.range`."""
    point = re.escape(field.decimal_char)
    whole = _whole(field)
    shape = rf"{whole}(?:{point}[0-9]*)?(?:[eE][+-]?[0-9]+)?|[+-]?{point}[0-9]+(?:[eE][+-]?[0-9]+)?"
    clean = _cleaner(field, shape)
    sample = f"12{field.decimal_char}5"
    message = f"is not a number such as {sample}" + _grouping(field)
    same_point = field.decimal_char == "."

    def read(text: str) -> Decimal:
        if text in _SPECIAL:
            return _SPECIAL[text]
        digits = clean(text)
        if digits is None:
            raise CellFault(("type.number", message))
        if len(digits) > _MOST_CHARACTERS:
            raise CellFault(_TOO_LARGE)
        try:
            return Decimal(digits if same_point else digits.replace(field.decimal_char, "."))
        except InvalidOperation:  # an exponent of more digits than Decimal has
            raise CellFault(_TOO_LARGE) from None

    return read


def _whole(field: SchemaField) -> str:
    if not field.group_char:
        return r"[+-]?[0-9]+"
    # The last group has three digits, the others two (India) or three: 12,50 is no 1250.
    group = re.escape(field.group_char)
    return rf"[+-]?(?:[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}|[0-9]+)"


def _cleaner(field: SchemaField, shape: str) -> Callable[[str], str | None]:
    """The digits of a text of that shape: group characters, and what is around a number that is
    not bare, taken away. None when it has another shape."""
    if field.bare_number:
        pattern = re.compile(shape)
    else:
        # Neither a sign nor a bracket is dropped: -€5, 5- and (5) may all mean minus five.
        point = re.escape(field.decimal_char)
        before = rf"(?:[^0-9+\-({point}]|{point}(?![0-9]))*"
        pattern = re.compile(rf"{before}({shape})[^0-9+\-]*")
    group = field.group_char

    def clean(text: str) -> str | None:
        found = pattern.fullmatch(text)
        if not found:
            return None
        digits = found[pattern.groups]
        return digits.replace(group, "") if group else digits

    return clean


def _grouping(field: SchemaField) -> str:
    return f", grouped by {field.group_char!r}" if field.group_char else ""
