"""Guesses the decimal and group characters of numbers, and a BigQuery type with headroom."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_STYLES: Final = (
    (".", None), (",", None), (".", ","), (",", "."), (".", " "), (",", " "),
    (".", "'"), (",", "\u00a0"), (",", "\u202f"), (".", "\u00a0"),
)  # fmt: skip
_HEADROOM: Final = 3
"""The number of digits before the decimal point added to those seen."""
_LEAST_BEFORE: Final = 10
_SCALES: Final = (2, 4, 6, 9)
_INT64_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Number:
    type: str
    bigquery: str
    decimal_char: str | None = None
    group_char: str | None = None
    note: str | None = None


def guess_number(values: Sequence[str], delimiter: str) -> Number | None:
    """Guess the type of distinct, non-empty values, or None if they are not all numbers.

    0049, +49 and 12E5 are more likely to be identifiers, so they do not count as numbers.
    """
    if all(map(_INTEGER.fullmatch, values)):
        return Number("integer", _integer_type(values))
    for point, group in _STYLES:
        found = [m for m in map(_shape(point, group).fullmatch, values) if m]
        if len(found) == len(values):
            return _number(found, point, group, delimiter)
    return None


def _shape(point: str, group: str | None) -> re.Pattern[str]:
    integer = "0|[1-9][0-9]*"
    if group:
        integer += rf"|[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+"
    # An exponent must have a sign; without one it may be part of an identifier.
    exponent = r"(?:[eE][+-][0-9]{1,3})?"
    return re.compile(
        rf"-?(?P<integer>{integer})(?:{re.escape(point)}(?P<after>[0-9]+))?(?P<exponent>{exponent})"
    )


def _number(
    found: Sequence[re.Match[str]], point: str, group: str | None, delimiter: str
) -> Number:
    parts: list[Mapping[str, str | None]] = [m.groupdict() for m in found]
    after = max(len(p["after"] or "") for p in parts)
    thousands = all(len(p["after"]) == 3 for p in parts if p["after"]) and all(
        len(p["integer"] or "") <= 3 and (p["integer"] != "0" or not p["after"]) for p in parts
    )
    if point == "," and thousands and delimiter != ";":
        integers = [m[0].replace(",", "") for m in found]
        note = "guessed: commas group thousands; for decimal commas, use number and decimalChar"
        return Number("integer", _integer_type(integers), None, ",", note)
    if not after and not any(p["exponent"] for p in parts):
        integers = [m[0].replace(group or "", "") for m in found]
        return Number("integer", _integer_type(integers), None, group)
    doubt = None
    if thousands and not group:
        other = "," if point == "." else "."
        doubt = f"guessed: {point} is the decimal character, and {other} is not"
    before = max(len((p["integer"] or "").replace(group or "\0", "")) for p in parts)
    exponent = any(p["exponent"] for p in parts)
    kind = "FLOAT64" if exponent else _decimal_type(before, after)
    return Number("number", kind, None if point == "." else point, group, doubt)


def _integer_type(values: Iterable[str]) -> str:
    digits = max(len(v.lstrip("-")) for v in values)
    if digits <= _INT64_DIGITS:
        return "INT64"
    return "NUMERIC" if digits <= 29 else "BIGNUMERIC" if digits <= 38 else "STRING"


def _decimal_type(before: int, after: int) -> str:
    scale = next((s for s in _SCALES if after <= s), None)
    if scale is None:
        return "FLOAT64" if before + after <= 17 else "BIGNUMERIC" if after <= 38 else "STRING"
    integer = max(_LEAST_BEFORE, before + _HEADROOM)
    if integer <= 29:
        return f"NUMERIC({integer + scale}, {scale})"
    return "BIGNUMERIC" if before <= 38 else "STRING"
