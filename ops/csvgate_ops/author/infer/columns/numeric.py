"""Guesses how numbers are written, and a BigQuery type with headroom."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from csvgate_ops.author.infer.columns.affixes import Parts, split, texts_around
from csvgate_ops.author.infer.columns.evidence import Evidence

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_STYLES: Final = (
    (".", None), (",", None), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"),
    (",", "'"),
)  # fmt: skip
_HEADROOM: Final = 3
"""The number of digits before the decimal point added to those seen."""
_LEAST_BEFORE: Final = 10
_SCALES: Final = (2, 4, 6, 9)
_INT64_DIGITS: Final = 18
_EXACT_DIGITS: Final = 17
"""The most significant digits that FLOAT64 keeps."""
_SELDOM: Final = 0.2
"""The share of numbers with an exponent below which a column stays decimal if all digits fit."""
_SENTINEL: Final = re.compile(r"-9{3,5}(?:\.[09]{1,3})?")
_DAMAGED: Final = re.compile(r"[0-9](?:[.,][0-9]{1,5})?E\+[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Number:
    type: str
    bigquery: str
    """STRING if no column type holds all digits."""
    decimal_char: str | None = None
    group_char: str | None = None
    affixes: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    whole_decimals: bool = False
    note: str | None = None


def guess_number(
    values: Sequence[str], delimiter: str, evidence: Evidence, *, whole: bool = False
) -> Number | None:
    """Guess the type of distinct, non-empty values, or None if they are not all numbers. Numbers
    such as 5.0 are whole ones if `whole` is true.

    0049, +49 and 12E5 are more likely to be identifiers, so they do not count as numbers.
    """
    if all(map(_INTEGER.fullmatch, values)):
        return Number("integer", _integer_type(values))
    if damaged_by_excel(values):
        return None
    parts = [part for value in values if (part := split(value))]
    if len(parts) < len(values) or _is_phone_like(parts):
        return None
    around = texts_around(parts)
    if around is None:
        return None
    styles = {part.style for part in parts if part.sign == "-"}
    negative = tuple(s for s in ("leading", "trailing", "parentheses") if s in {*styles, "leading"})
    for point, group in _by_preference(evidence):
        shape = _shape(point, group)
        found = [m for part in parts if (m := shape.fullmatch(part.body))]
        if len(found) == len(parts):
            number = _number(found, point, group, delimiter, evidence, whole=whole)
            return Number(
                number.type,
                number.bigquery,
                number.decimal_char,
                number.group_char,
                around,
                negative if len(negative) > 1 else (),
                number.whole_decimals,
                _joined(number.note, _percent(around)),
            )
    return None


def damaged_by_excel(values: Sequence[str]) -> bool:
    """Return whether all values are whole numbers, and some are rounded as Excel shows long ones:
    1.23457E+15."""
    damaged = [value for value in values if _DAMAGED.fullmatch(value)]
    whole = all(_INTEGER.fullmatch(value) for value in values if not _DAMAGED.fullmatch(value))
    exponents = {value[-2:] for value in damaged}
    long = all(exponent >= "11" for exponent in exponents)
    return bool(damaged) and whole and long and (len(exponents) <= 2 or len(damaged) < len(values))


def sentinel_note(values: Sequence[str]) -> str | None:
    """Return a comment for a number such as -999, which devices write for a missing value."""
    found = [value for value in values if _SENTINEL.fullmatch(value)]
    others = [value for value in values if value not in found]
    longest = max((len(value.partition(".")[0].lstrip("-")) for value in others), default=9)
    if len(found) != 1 or longest >= len(found[0].partition(".")[0]) - 1:
        return None
    return f"perhaps {found[0]} stands for missing values; then list it in missingValues"


def _is_phone_like(parts: Sequence[Parts]) -> bool:
    """Return whether plus signs stand before whole numbers only, as in +49171."""
    plus = [part for part in parts if part.sign == "+"]
    return bool(plus) and all(part.body.isdigit() for part in parts)


def _by_preference(evidence: Evidence) -> Iterable[tuple[str, str | None]]:
    if evidence.decimal_char == ",":
        return sorted(_STYLES, key=lambda style: style[0] != ",")
    return _STYLES


def _shape(point: str, group: str | None) -> re.Pattern[str]:
    integer = "0|[1-9][0-9]*"
    if group:
        between = re.escape(group)
        integer += rf"|[1-9][0-9]{{0,2}}(?:{between}[0-9]{{2,3}})*{between}[0-9]{{3}}"
    # An exponent must have a sign; without one it may be part of an identifier.
    return re.compile(
        rf"(?P<integer>{integer}|(?={re.escape(point)}))(?:{re.escape(point)}(?P<after>[0-9]+))?"
        r"(?P<exponent>[eE][+-][0-9]{1,3})?"
    )


def _number(
    found: Sequence[re.Match[str]],
    point: str,
    group: str | None,
    delimiter: str,
    evidence: Evidence,
    *,
    whole: bool,
) -> Number:
    after = max(len(m["after"] or "") for m in found)
    thousands = all(len(m["after"]) == 3 for m in found if m["after"]) and all(
        len(m["integer"]) <= 3 and (m["integer"] != "0" or not m["after"]) for m in found
    )
    known = evidence.decimal_char == point or (delimiter == ";" and evidence.decimal_char is None)
    if point == "," and thousands and not group and not known:
        integers = [m[0].replace(",", "") for m in found]
        note = None
        if evidence.decimal_char is None:
            note = "guessed: commas group thousands; for decimal commas, use number and decimalChar"
        return Number("integer", _integer_type(integers), None, ",", note=note)
    exponents = [m for m in found if m["exponent"]]
    if not after and not exponents:
        integers = [m[0].replace(group or "", "") for m in found]
        return Number("integer", _integer_type(integers), None, group)
    if whole and not exponents and all(m["after"] in (None, "0") for m in found):
        integers = [m["integer"].replace(group or "\0", "") for m in found]
        decimal = None if point == "." else point
        note = "whole numbers with a decimal point"
        return Number(
            "integer", _integer_type(integers), decimal, group, whole_decimals=True, note=note
        )
    doubt = None
    if thousands and not group and evidence.decimal_char != point:
        other = "," if point == "." else "."
        doubt = f"guessed: {point} is the decimal character, and {other} is not"
    return Number(
        "number",
        _column_type(found, group, len(exponents)),
        None if point == "." else point,
        group,
        note=doubt,
    )


def _column_type(found: Sequence[re.Match[str]], group: str | None, exponents: int) -> str:
    before = after = most = 0
    for m in found:
        whole = len(m["integer"].replace(group or "\0", ""))
        fraction = len(m["after"] or "")
        shift = int((m["exponent"] or "e+0")[1:])
        most = max(most, len((m["integer"] + (m["after"] or "")).lstrip("0")))
        before = max(before, whole + shift)
        after = max(after, fraction - shift)
    if exponents and most <= _EXACT_DIGITS and exponents >= _SELDOM * len(found):
        return "FLOAT64"
    kind = _decimal_type(before, after)
    return "FLOAT64" if kind == "STRING" and exponents and most <= _EXACT_DIGITS else kind


def _percent(around: tuple[str, ...]) -> str | None:
    if "%" in around:
        return "5 % is the number 5; with percentAsFraction: true instead of affixes it is 0.05"
    return None


def _joined(*notes: str | None) -> str | None:
    return "; ".join(filter(None, notes)) or None


def _integer_type(values: Iterable[str]) -> str:
    digits = max(len(v.lstrip("-")) for v in values)
    if digits <= _INT64_DIGITS:
        return "INT64"
    return "NUMERIC" if digits <= 29 else "BIGNUMERIC" if digits <= 38 else "STRING"


def _decimal_type(before: int, after: int) -> str:
    scale = next((s for s in _SCALES if after <= s), None)
    if scale is None:
        fits = before + after <= _EXACT_DIGITS
        return "FLOAT64" if fits else "BIGNUMERIC" if after <= 38 and before <= 38 else "STRING"
    integer = max(_LEAST_BEFORE, before + _HEADROOM)
    if integer <= 29:
        return f"NUMERIC({integer + scale}, {scale})"
    return "BIGNUMERIC" if before <= 38 else "STRING"
