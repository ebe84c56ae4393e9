"""Names, literals and comparisons in BigQuery's dialect."""

import re
from collections.abc import Iterable
from typing import Final

from csvgate.effects.model import Range

_SPECIAL: Final = re.compile(r"[\\`'\"\x00-\x1f\x7f]")
_TYPE: Final = re.compile(r"[A-Z][A-Z0-9]*")
NULL_KEY: Final = "'null'"


def name(text: str) -> str:
    """Return an identifier in backticks. What would end it is escaped, as in a string."""
    return f"`{_escaped(text)}`"


def column(alias: str, text: str) -> str:
    """Return a column of the table with this alias."""
    return f"{alias}.{name(text)}"


def table(project: str, dataset: str, text: str) -> str:
    """Return the full name of a table."""
    return ".".join(map(name, (project, dataset, text)))


def literal(type_: str, text: str) -> str:
    """Return a constant of a type, for example `DATE '2026-11-21'`. An INT64 has no quotes.

    Raises ValueError for a text that cannot be one.
    """
    if not _TYPE.fullmatch(type_):
        raise ValueError(f"{type_!r} is not a type")
    if type_ == "INT64":
        return str(int(text))
    return f"{type_} '{_escaped(text)}'"


def any_of(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(conditions)})"


def all_of(conditions: Iterable[str]) -> str:
    return " AND ".join(conditions)


def in_range(alias: str, range_: Range | None) -> list[str]:
    """Return the condition that limits a table to the partitions of the range, if there is one.
    Only constants let BigQuery leave out partitions. A row without a value is in the partition for
    NULL, which a comparison does not find."""
    if range_ is None:
        return []
    where = column(alias, range_.column)
    low, high = (literal(range_.type, text) for text in (range_.low, range_.high))
    return [any_of([f"{where} BETWEEN {low} AND {high}", f"{where} IS NULL"])]


def comparable(alias: str, text: str) -> str:
    """Return an expression that is equal for equal values and for missing ones. A join on it can be
    hashed; BigQuery refuses an outer join on a null-safe comparison such as `IS NOT DISTINCT
    FROM`. Not for FLOAT64."""
    # TO_JSON_STRING(NULL) is the text null, and that of the text null has quotes around it.
    return f"IFNULL(TO_JSON_STRING({column(alias, text)}), {NULL_KEY})"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
