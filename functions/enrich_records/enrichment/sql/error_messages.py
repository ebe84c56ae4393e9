"""DuckDB's errors in a few words, and without any value of a row: they end up in logs."""

import re
from typing import Final

_QUOTED: Final = re.compile(r"(['\"]).*(['\"])|['\"].*$")
# Digits that name a type (INT64, DECIMAL(12,2)) say something about the contract; others are data.
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9_(,])[-+]?\d[\d.,eE+-]*(?!\))|\((?!\d+(,\d+)?\)).*\)")
_LONGEST: Final = 200


def short_reason(error: Exception) -> str:
    """Of an error in binding: the first line, with the names it mentions."""
    first = _first_line(error)
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"


def valueless_reason(error: Exception) -> str:
    """Of an error in running, which quotes the row: the first line with its values struck out."""
    first = _first_line(error)
    if "division by zero" in first.lower():
        return "division by zero"
    # Without what follows a colon: there DuckDB puts input that it does not quote.
    first = _NUMBER.sub("…", _QUOTED.sub("…", first)).partition(": ")[0]
    first = first.rstrip(" …!.:")
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    for start in ("Use TRY(", "You might want to", "Either add a cast to DOUBLE"):
        text = text.partition(start)[0]
    kind, colon, words = text.partition(" Error: ")
    return (words if colon and len(kind) < 30 else text).strip()
