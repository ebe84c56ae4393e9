"""Guesses a field of the contract from the values of a column."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from csvgate_ops.author.infer.columns.booleans import boolean_words
from csvgate_ops.author.infer.columns.evidence import Evidence
from csvgate_ops.author.infer.columns.kinds import MISSING
from csvgate_ops.author.infer.columns.lists import list_of
from csvgate_ops.author.infer.columns.numeric import guess_number, sentinel_note
from csvgate_ops.author.infer.columns.texts import describe_text, json_type
from csvgate_ops.author.infer.columns.timestamps import guess_timestamp, serial_note
from csvgate_ops.author.infer.contract.draft import Column, Shape

_AMOUNTS: Final = re.compile(
    r"amount|price|quantity|qty|count|total|cost|age|weight|size|length|stock|betrag|preis|menge",
    re.IGNORECASE,
)
_ENOUGH_ROWS: Final = 100


def guess_column(
    name: str,
    values: Sequence[str],
    shape: Shape,
    evidence: Evidence,
    missing: frozenset[str] = frozenset(),
) -> Column:
    """Guess the field of a column. `values` are all its values in the sample, including empty
    ones; `evidence` is what other columns show; `missing` are texts that stand for missing values
    in columns of text, too."""
    # pandas writes whole numbers beside missing ones as 5.0.
    whole = len(values) >= _ENOUGH_ROWS or any(v in MISSING or not v for v in values)
    counts = Counter(values)
    empty = counts.pop("", 0)
    column = Column(name, required=bool(values) and not empty)
    if not counts:
        column.notes.append("no values in the sample" if values else "no rows in the sample")
        return column
    stripped = Counter(value.strip() for value in values)
    blank = stripped.pop("", 0)
    padded = stripped.keys() != counts.keys()
    if not _typed(column, list(counts), shape, evidence, whole=whole):
        if padded and stripped and _typed(column, list(stripped), shape, evidence, whole=whole):
            column.trim = True
            column.required = column.required and not blank
        elif padded and is_padding(counts):
            column.trim = True
            column.required = column.required and not blank
            _describe(column, stripped, missing)
        else:
            _describe(column, counts, missing)
    if column.type in ("integer", "number") and len(values) >= _ENOUGH_ROWS:
        _from_zero(column, [value for value in stripped if value not in MISSING])
    return column


def is_padding(counts: Counter[str]) -> bool:
    """Return whether a program filled the texts with spaces: all of them have the same length, or
    begin or end with a space."""
    filled = [text for text in counts if text.strip()]
    return len(filled) > 1 and (
        len(set(map(len, filled))) == 1
        or all(text.startswith(" ") for text in filled)
        or all(text.endswith(" ") for text in filled)
    )


def _describe(column: Column, counts: Counter[str], missing: frozenset[str]) -> None:
    absent = sorted(missing & counts.keys())
    if absent and len(counts) > len(absent):
        column.missing_values = ("", *absent)
        column.required = False
        column.notes.append(f"guessed: {', '.join(absent)} means a missing value")
        for text in absent:
            del counts[text]
    if listed := list_of(counts):
        column.type, column.bigquery = "list", "JSON"
        column.delimiter, column.item_type = listed.delimiter, listed.item_type
        column.notes.append("guessed: lists; to keep the texts, use string and STRING")
    else:
        describe_text(column, counts)


def _typed(
    column: Column, values: list[str], shape: Shape, evidence: Evidence, *, whole: bool
) -> bool:
    """Set the type, and return True if all values have a type other than text, apart from those
    that stand for missing ones."""
    absent = sorted(MISSING.intersection(values))
    given = [value for value in values if value not in MISSING]
    if absent and given and _type(column, given, shape, evidence, whole=whole):
        column.missing_values = ("", *absent)
        column.required = False
        column.notes.append(f"guessed: {', '.join(absent)} means a missing value")
        return True
    return _type(column, values, shape, evidence, whole=whole)


def _type(
    column: Column, values: list[str], shape: Shape, evidence: Evidence, *, whole: bool
) -> bool:
    """Set the type and return True if all values have a type other than text."""
    if words := boolean_words(values):
        column.type, column.bigquery = "boolean", "BOOL"
        column.true_values, column.false_values = words
    elif timestamp := guess_timestamp(values, column.name, evidence):
        column.type, column.bigquery = timestamp.type, timestamp.bigquery
        column.format, column.language = timestamp.format, timestamp.language
        column.notes += [timestamp.note] if timestamp.note else []
        if timestamp.bigquery == "DATETIME":
            column.notes.append("no time zone; with timezone: Europe/Berlin it is a TIMESTAMP")
    elif number := guess_number(values, shape.delimiter, evidence, whole=whole):
        if number.bigquery == "STRING":
            return False
        column.type, column.bigquery = number.type, number.bigquery
        column.decimal_char, column.group_char = number.decimal_char, number.group_char
        column.affixes, column.negative = number.affixes or None, number.negative or None
        column.whole_decimals = number.whole_decimals
        column.notes += [number.note] if number.note else []
        if sorted(values) == ["0", "1"]:
            column.notes.append("only 0 and 1; perhaps a boolean")
        if sentinel := sentinel_note(values):
            column.notes.append(sentinel)
        if serials := serial_note(values, column.name):
            column.notes.append(serials)
    elif form := json_type(values):
        column.type, column.bigquery = form, "JSON"
    else:
        return False
    return True


def _from_zero(column: Column, values: Sequence[str]) -> None:
    negative = any(value.startswith(("-", "−", "(")) or value.endswith("-") for value in values)
    if _AMOUNTS.search(column.name) and not negative:
        column.minimum = 0
        column.notes.append("guessed: never negative")
