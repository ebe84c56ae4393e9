"""Shorten DuckDB's error messages to what may leave its process: names, never values of rows."""

import re
from typing import Final

from csvgate.text import shorten

_QUOTED: Final = re.compile(r"(['\"]).*(['\"])|['\"].*$")
_TO_THE_END: Final = re.compile(r"['\"].*$")
# Digits that name a type (INT64, DECIMAL(12,2)) describe the contract; all others may be data.
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9_(,])[-+]?\d[\d.,eE+-]*(?!\))|\((?!\d+(,\d+)?\)).*\)")
_LONGEST: Final = 200
"""Characters of an error message."""


def binding_error(error: Exception) -> str:
    """Return the first line of an error in binding an expression, with the names it mentions."""
    return shorten(_without_advice(_first_line(error)), _LONGEST)


def row_error(error: Exception) -> str:
    """Return the first line of an error in computing rows, without the values that it quotes: it
    ends up in logs and dead letters."""
    first = _first_line(error)
    if "division by zero" in first.lower():
        return "division by zero"
    # A value with a line end leaves its quote open, so a quote inside it may be taken for the end.
    quoted = _TO_THE_END if len(str(error).splitlines()) > 1 else _QUOTED
    # Values first: the words of an advice may be part of one, whose other part would remain.
    first = _without_advice(quoted.sub("…", first))
    # After a colon DuckDB repeats input without quotes.
    first = _NUMBER.sub("…", first).partition(": ")[0]
    return shorten(first.rstrip(" …!.:"), _LONGEST)


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    kind, colon, words = text.partition(" Error: ")
    return (words if colon and len(kind) < 30 else text).strip()


def _without_advice(text: str) -> str:
    for start in ("Use TRY(", "You might want to", "Either add a cast to DOUBLE"):
        text = text.partition(start)[0]
    return text.strip()
