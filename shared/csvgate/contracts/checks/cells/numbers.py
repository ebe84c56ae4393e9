"""Rules for how a field writes its numbers: every cell must have one reading at most."""

import re
from typing import Final

from csvgate.contracts.model import SchemaField
from csvgate.contracts.reading.mistakes import Complaints
from csvgate.types.common.affixes import PERCENT, affixes_of, may_precede
from csvgate.types.common.numbers import MINUS, group_marks
from csvgate.types.common.spaces import SPACES
from csvgate.types.registry import FIELD_TYPES

_EXPONENT: Final = re.compile("[eE]-?[0-9]")


def check_numbers(field: SchemaField) -> Complaints:
    """Places are relative to the field, which may have any type."""
    if "affixes" not in FIELD_TYPES[field.type].properties:
        return
    yield from _characters(field)
    yield from _bare_number(field)
    yield from _negative(field)
    yield from _affixes(field)


def _has_point(field: SchemaField) -> bool:
    return field.type != "integer" or field.whole_decimals


def _characters(field: SchemaField) -> Complaints:
    for name, char in (("decimalChar", field.decimal_char), ("groupChar", field.group_char)):
        if char is not None and (len(char) != 1 or char in f"0123456789+-{MINUS}"):
            yield (name,), f"{char!r} should be one character, neither a digit nor a sign"
    if not _has_point(field):
        if "decimal_char" in field.model_fields_set:
            yield ("decimalChar",), "applies to an integer with wholeDecimals only; drop it"
    elif field.decimal_char == field.group_char or field.decimal_char in group_marks(field):
        yield (
            ("groupChar",),
            "is the same as decimalChar, so numbers would have two meanings; change one of them",
        )


def _bare_number(field: SchemaField) -> Complaints:
    given = {
        "affixes": bool(field.affixes),
        "percentAsFraction": field.percent_as_fraction,
        "negative": field.negative != ("leading",),
    }
    for name, is_given in given.items():
        if is_given and not field.bare_number:
            message = f"cannot be used with {name}, because it drops any text around a number"
            yield ("bareNumber",), f"{message}; drop it, and list such texts in affixes"
            return


def _negative(field: SchemaField) -> Complaints:
    if not field.negative:
        yield ("negative",), "is empty; list leading, trailing or parentheses, or drop it"
    for i, way in enumerate(field.negative):
        if way in field.negative[:i]:
            yield ("negative", i), f"{way!r} is listed twice; keep one"


def _affixes(field: SchemaField) -> Complaints:
    for i, affix in enumerate(field.affixes):
        if affix in field.affixes[:i]:
            yield ("affixes", i), f"{affix!r} is listed twice; keep one"
        elif problem := _wrong_affix(field, affix):
            yield ("affixes", i), f"{affix!r} {problem}" if affix else problem


def _wrong_affix(field: SchemaField, affix: str) -> str | None:
    """Return what is wrong with a text around numbers; None if nothing is."""
    if not affix:
        return "is empty; drop it"
    if affix != affix.strip(SPACES):
        return "has spaces around it; drop them, they are accepted in any case"
    if affix == PERCENT and field.percent_as_fraction:
        return "is part of every cell because of percentAsFraction; drop it here"
    if any(character in affix for character in ("(", ")", "+", MINUS)) or affix[0] == "-":
        return "has a sign or a parenthesis; see `negative` for how numbers may be negative"
    if "-" in affix and "trailing" in field.negative:
        return "has a minus, which `negative: [trailing]` would read as the sign; drop one of them"
    marks = group_marks(field) + field.decimal_char
    is_unit = affix[0].isalpha() and affix[0] not in marks and not _EXPONENT.match(affix)
    if any(character.isdecimal() for character in affix) and not is_unit:
        return "has digits that could be part of the number; only a unit such as m2 may have them"
    if _has_point(field) and affix.endswith(field.decimal_char) and may_precede(affix):
        beside = affix[: -len(field.decimal_char)]
        # A letter directly before the point is never read as the text before .5 (see `affixes`).
        if not beside[-1:].isalpha() and beside.rstrip(SPACES) in ("", *affixes_of(field)):
            return f"ends with the decimal point, so {affix}5 would have two meanings; drop it"
    return None
