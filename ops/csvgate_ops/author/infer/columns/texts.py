"""Guesses what a column of text holds, and says why it stays text although it may look typed."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from csvgate.text import shorten
from csvgate.types.common.string_formats import UUID
from csvgate_ops.author.infer.columns.affixes import split
from csvgate_ops.author.infer.columns.evidence import Evidence
from csvgate_ops.author.infer.columns.kinds import (
    ADDRESSES,
    DATE,
    DATETIME,
    MISSING,
    NUMBER,
    TIME,
    kind_of,
)
from csvgate_ops.author.infer.columns.numeric import damaged_by_excel, guess_number
from csvgate_ops.author.infer.columns.readers import reader, reads, reads_all
from csvgate_ops.author.infer.contract.draft import Column
from csvgate_ops.text import printable

_FORMATS: Final[Mapping[str, re.Pattern[str]]] = {
    "uuid": re.compile(UUID),
    "email": re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\".]+(?:\.[^@\s,;<>()\".]+)++"),
    "uri": re.compile(r"[a-z][a-z0-9+.-]*://[!-~]+"),
}
_MOST_CHOICES: Final = 20
_REPEATS: Final = 10
_CHOICE_CHARACTERS: Final = 40
_MOSTLY: Final = 0.5
"""The share of values of one kind above which the comment names the others."""
_RARELY: Final = 50
_MOST_TEXTS: Final = 6
_MEANINGFUL: Final = frozenset("<>~≈≤≥±%")
"""Characters beside a number that change its meaning."""
_SHOWN: Final = 20
_DIGITS: Final = re.compile(r"\s*[+(]?[0-9][0-9 ()/-]*")
"""Digits, perhaps in groups as in telephone numbers."""
_CODE: Final = re.compile(r"\s*(?:[+(]|0[0-9 ])")
_ABBREVIATION: Final = re.compile(r"(?!UTC|GMT)[A-Z]{3,4}")
_FOREIGN: Final = re.compile(r"(?=.*[^0-9\W])[\d.,٫٬ -]+")
"""A number with digits that are not ASCII."""
_HOURS: Final = re.compile(r"(?:GMT|UTC)[+-]\d{1,2}")
_FRACTION: Final = re.compile(r":[0-9]{2}[.,][0-9]{7}")
_ERRORS: Final = ("#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "####")
_WRITE: Final = {NUMBER: "number", DATE: "date", DATETIME: "datetime"}


def json_type(values: list[str]) -> str | None:
    """Return `object` or `array` if all values are such JSON."""
    for name, bracket in (("object", "{"), ("array", "[")):
        if values[0].startswith(bracket) and reads_all(reader(name), values):
            return name
    return None


def describe_text(column: Column, counts: Counter[str]) -> None:
    """Set the format, the enum or a note of a column of text. `counts` has its values that are not
    empty, at least one."""
    for name, pattern in _FORMATS.items():
        if all(map(pattern.fullmatch, counts)):
            column.format = name
            if name == "email":
                column.sensitive = True
                column.notes.append("guessed: sensitive")
            return
    rows = counts.total()
    if note := _why_text(counts):
        column.sensitive = _is_mostly_email(counts)
        column.notes.append(note)
    elif _few(counts):
        column.enum = tuple(value for value, _ in counts.most_common())
        rare = [v for v, count in counts.items() if count * len(counts) * _RARELY < rows]
        seldom = f", rarely {', '.join(rare)}" if rare else ""
        column.notes.append(f"guessed: {len(counts)} values in {rows:,} rows{seldom}")
    elif len(counts) == 1 and rows >= _REPEATS:
        [only] = counts
        column.notes.append(f"always {printable(only)[:_CHOICE_CHARACTERS]!r} in the sample")
    if any(value != value.strip() for value in counts) and not column.enum:
        column.notes.append("some values have spaces around them; trim: true removes them")


def _few(counts: Counter[str]) -> bool:
    return (
        1 < len(counts) <= _MOST_CHOICES
        and counts.total() >= _REPEATS * len(counts)
        and all(len(v) <= _CHOICE_CHARACTERS and v.isprintable() for v in counts)
    )


def _why_text(counts: Counter[str]) -> str | None:
    """Return why a column whose values look like numbers, dates or addresses stays text."""
    values = list(counts)
    if damaged_by_excel(values):
        return (
            "perhaps damaged by Excel, which shows long numbers as 1.23457E+15 and drops their "
            "last digits; export the column as text"
        )
    is_code = all(map(_DIGITS.fullmatch, values)) and any(map(_CODE.match, values))
    if is_code and not any(kind_of(value) == DATE for value in values):
        return "digits, kept as text because some begin with 0 or +"
    if all(map(_FOREIGN.fullmatch, values)):
        return "numbers in digits that are not ASCII; they are read if written with 0 to 9"
    if all(value.strip().lstrip("+").isdigit() for value in values):
        return "digits, kept as text because no column type has as many"
    if errors := [value for value in values if value.startswith(_ERRORS)]:
        return f"has Excel's error values such as {errors[0]}; add them to missingValues"
    kinds = Counter[str | None]()
    for value, count in counts.items():
        kinds[kind_of(value)] += count
    [(kind, found)] = kinds.most_common(1)
    if kind is None or found < _MOSTLY * counts.total():
        return None if _few(counts) else _digits_in_texts(counts)
    others = [value for value in values if kind_of(value) != kind]
    if not others:
        return _of_one_kind(kind, values)
    what = f"text, though {found:,} of {counts.total():,} values look like {kind}"
    if kind in ADDRESSES:
        return what
    odd = shorten(printable(others[0]), _SHOWN)
    name = _type_of([value for value in values if kind_of(value) == kind], kind)
    return f"{what}; not {odd!r}: if that is a mistake, use type: {name}"


def _type_of(values: list[str], kind: str) -> str:
    """Return the type that a contract could state for these values."""
    number = guess_number(values, ",", Evidence()) if kind == NUMBER else None
    return number.type if number else _WRITE.get(kind, "string")


def _of_one_kind(kind: str, values: list[str]) -> str | None:
    """Return why values of one kind have no type: they are written in several ways."""
    if kind == NUMBER:
        parts = [part for value in values if (part := split(value))]
        around = list(dict.fromkeys(t for p in parts for t in (p.prefix, p.suffix) if t))
        if len(parts) == len(values) and len(around) > 1:
            listed = ", ".join(around)
            return f"numbers with several units ({listed}); with affixes the unit would be lost"
        return "numbers written in several ways; use type: number if the file is corrected"
    if kind in (DATE, DATETIME):
        return _of_moments(kind, values)
    if kind == TIME and any(int(value.strip().split(":")[0]) > 23 for value in values):
        return (
            "durations rather than times, as some have more than 23 hours; export seconds or PT27H"
        )
    return None


def _of_moments(kind: str, values: list[str]) -> str:
    """Return why dates, or dates and times, have no type."""
    zones = [value.rpartition(" ")[2] for value in values]
    if kind == DATETIME and all(map(_ABBREVIATION.fullmatch, zones)):
        return (
            f"datetimes with {zones[0]}, an abbreviation that may mean several time zones; export "
            "offsets such as +01:00"
        )
    if kind == DATETIME and all(map(_HOURS.fullmatch, zones)):
        return f"datetimes with {zones[0]}, which no format reads; export offsets such as +01:00"
    if any(map(_FRACTION.search, values)):
        return "datetimes with more digits after the second than the six that a column holds"
    read = reader(kind[2:], "STRING", format="any")
    odd = [value for value in values if not reads(read, value)]
    if 0 < len(odd) * 2 <= len(values):
        shown = shorten(printable(odd[0]), _SHOWN)
        return f"{kind[2:]}s, but {shown!r} is not one that exists, or has another form"
    if kind == DATETIME and not odd:
        return "only some have a time zone; with timezone: Europe/Berlin, all have one"
    return f"{kind[2:]}s of several forms; list them in format, and their language"


def _digits_in_texts(counts: Counter[str]) -> str | None:
    """Return a note for numbers with texts around them that may change their meaning."""
    plain = [v for v in counts if v not in MISSING]
    shapes = [m for v in plain if (m := re.fullmatch(r"(\D{0,3}?)[-+]?\d[\d.,]*(\D{0,4})", v))]
    if len(plain) < 2 or len(shapes) < len(plain):
        return None
    around = list(dict.fromkeys(t.strip() for m in shapes for t in m.groups() if t.strip()))
    if len(around) > _MOST_TEXTS or not any(c in _MEANINGFUL for text in around for c in text):
        return None
    listed = ", ".join(printable(text) for text in around)
    return f"numbers with texts around them ({listed}); list in affixes those that mean nothing"


def _is_mostly_email(counts: Counter[str]) -> bool:
    found = sum(count for value, count in counts.items() if _FORMATS["email"].fullmatch(value))
    return found >= 0.8 * counts.total()
