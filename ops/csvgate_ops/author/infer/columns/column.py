"""Guesses a field of the contract from the values of a column."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from csvgate.types.common.string_formats import UUID
from csvgate.types.registry import FIELD_TYPES
from csvgate_ops.author.infer.columns.numeric import guess_number
from csvgate_ops.author.infer.columns.timestamps import guess_timestamp, iso_timestamp
from csvgate_ops.author.infer.contract.draft import Column, Shape
from csvgate_ops.text import printable

_NO_VALUE: Final = frozenset(
    ["NA", "N/A", "n/a", "#N/A", "NULL", "null", "None", "\\N", "-", "nil", "NaN", "nan"]
)
_BOOLEANS: Final = (
    ("true", "false"),
    ("yes", "no"),
    ("y", "n"),
    ("t", "f"),
    ("ja", "nein"),
    ("oui", "non"),
)
_FORMATS: Final[Mapping[str, re.Pattern[str]]] = {
    "uuid": re.compile(UUID),
    "email": re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\".]+(?:\.[^@\s,;<>()\".]+)++"),
    "uri": re.compile(r"[a-z][a-z0-9+.-]*://[!-~]+"),
}
_Words = tuple[str, ...] | None
_MOST_CHOICES: Final = 20
_REPEATS: Final = 10
_CHOICE_CHARACTERS: Final = 40
_AMOUNTS: Final = re.compile(
    r"amount|price|quantity|qty|count|total|cost|age|weight|size|length|stock|betrag|preis|menge",
    re.IGNORECASE,
)
_ENOUGH_ROWS: Final = 100
_MOSTLY: Final = 0.8
_RARELY: Final = 50
_EMAIL: Final = "an email address"


def guess_column(name: str, values: Sequence[str], shape: Shape) -> Column:
    """Guess the field of a column. `values` are all its values in the sample,
    including empty ones."""
    counts = Counter(values)
    empty = counts.pop("", 0)
    column = Column(name, required=bool(values) and not empty)
    if not counts:
        column.notes.append("no values in the sample" if values else "no rows in the sample")
        return column
    absent = sorted(counts.keys() & _NO_VALUE)
    given = [value for value in counts if value not in _NO_VALUE]
    if absent and given and _type(column, given, shape):
        column.missing_values = ("", *absent)
        column.required = False
        column.notes.append(f"guessed: {', '.join(absent)} means a missing value")
    elif not _type(column, list(counts), shape):
        _text(column, counts)
    if column.type in ("integer", "number") and len(values) >= _ENOUGH_ROWS:
        _from_zero(column, given)
    return column


def _type(column: Column, values: list[str], shape: Shape) -> bool:
    """Set the type and return True if all values have a type other than text."""
    if words := _boolean_words(values):
        column.type, column.bigquery = "boolean", FIELD_TYPES["boolean"].default_column
        column.true_values, column.false_values = words
    elif timestamp := guess_timestamp(values, column.name):
        column.type, column.bigquery = timestamp.type, timestamp.bigquery
        column.format = timestamp.format
        column.notes += [timestamp.note] if timestamp.note else []
    elif number := guess_number(values, shape.delimiter):
        if number.bigquery == "STRING":
            return False
        column.type, column.bigquery = number.type, number.bigquery
        column.decimal_char, column.group_char = number.decimal_char, number.group_char
        column.notes += [number.note] if number.note else []
        if sorted(values) == ["0", "1"]:
            column.notes.append("only 0 and 1; perhaps a boolean")
    else:
        return False
    return True


def _boolean_words(
    values: list[str],
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None] | None:
    """Return the values for true and for false, or (None, None) for the default ones."""
    for true, false in _BOOLEANS:
        folded = {value.casefold() for value in values}
        alone = true == "true" and folded <= {true, false}
        if not alone and folded != {true, false}:
            continue
        if alone and all(value in (w, w.upper(), w.title()) for value in values
                         for w in (value.casefold(),)):  # fmt: skip
            return None, None
        words = [tuple(v for v in values if v.casefold() == word) for word in (true, false)]
        return words[0] or (true,), words[1] or (false,)
    return None


def _text(column: Column, counts: Counter[str]) -> None:
    for name, pattern in _FORMATS.items():
        if all(map(pattern.fullmatch, counts)):
            column.format = name
            if name == "email":
                column.sensitive = True
                column.notes.append("guessed: sensitive")
            return
    rows = counts.total()
    if all(value.lstrip("+").isdigit() for value in counts):
        column.notes.append("digits, kept as text because some begin with 0 or +")
    elif _few(counts):
        column.enum = tuple(value for value, _ in counts.most_common())
        rare = [v for v, count in counts.items() if count * len(counts) * _RARELY < rows]
        seldom = f", rarely {', '.join(rare)}" if rare else ""
        column.notes.append(f"guessed: {len(counts)} values in {rows:,} rows{seldom}")
    elif mostly := _mostly(counts):
        column.sensitive = mostly[0] == _EMAIL
        column.notes.append(f"text, though {mostly[1]:,} of {rows:,} values look like {mostly[0]}")
    elif len(counts) == 1 and rows >= _REPEATS:
        [only] = counts
        column.notes.append(f"always {printable(only)[:_CHOICE_CHARACTERS]!r} in the sample")


def _few(counts: Counter[str]) -> bool:
    return (
        1 < len(counts) <= _MOST_CHOICES
        and counts.total() >= _REPEATS * len(counts)
        and all(len(v) <= _CHOICE_CHARACTERS and v.isprintable() for v in counts)
    )


def _mostly(counts: Counter[str]) -> tuple[str, int] | None:
    """Return what most of the values look like, and how many do: the others may be mistakes."""
    kinds = Counter[str]()
    for value, count in counts.items():
        if number := guess_number([value], ","):
            kinds["a number" if number.type == "number" else "an integer"] += count
        elif timestamp := iso_timestamp([value]):
            kinds[f"a {timestamp.type}"] += count
        elif _FORMATS["email"].fullmatch(value):
            kinds[_EMAIL] += count
    kinds["a number"] += kinds["an integer"] if kinds["a number"] else 0
    [(kind, found)] = kinds.most_common(1)
    return (kind, found) if found >= _MOSTLY * counts.total() else None


def _from_zero(column: Column, values: Sequence[str]) -> None:
    if _AMOUNTS.search(column.name) and not any(value.startswith("-") for value in values):
        column.minimum = 0
        column.notes.append("guessed: never negative")
