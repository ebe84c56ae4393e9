"""Ranges of a table's partition column."""

from csvgate.effects.model import Range


def union(one: Range | None, other: Range | None) -> Range | None:
    """Return the least range that contains both; None, which is everywhere, if one of them is None
    or they are of different columns."""
    if one is None or other is None or (one.column, one.type) != (other.column, other.type):
        return None
    low = min(one.low, other.low, key=_key(one.type))
    high = max(one.high, other.high, key=_key(one.type))
    return one.model_copy(update={"low": low, "high": high})


def _key(kind: str) -> "type[int] | type[str]":
    """Return how to compare literals of a type: those of dates and times sort as text."""
    return int if kind == "INT64" else str
