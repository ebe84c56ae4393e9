"""The conversions of a column's type that BigQuery makes in place, by SET DATA TYPE."""

from collections.abc import Mapping
from typing import Final

from csvgate.gcp.columns import can_hold
from csvgate.types.bigquery import BigQueryType, parse

_WIDER_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "INT64": ("NUMERIC", "BIGNUMERIC", "FLOAT64"),
    "NUMERIC": ("BIGNUMERIC", "FLOAT64"),
    "DATE": ("DATETIME",),
}
_INT64_DIGITS: Final = 19


def can_widen(there: str, ours: str) -> bool:
    """Return whether a column of type `there` can be changed to `ours` in place. Within a kind, it
    can if `ours` holds all values: a greater length, or more digits both before and after the
    point."""
    try:
        old, new = parse(there), parse(ours)
    except ValueError:
        return False
    if old.kind == new.kind:
        return can_hold(ours, there)
    return new.kind in _WIDER_KINDS.get(old.kind, ()) and _digits_fit(old, new)


def _digits_fit(old: BigQueryType, new: BigQueryType) -> bool:
    if new.precision is None:
        return True
    if old.kind == "INT64":
        return new.integer_digits >= _INT64_DIGITS
    return new.integer_digits >= old.integer_digits and new.fraction_digits >= old.fraction_digits


def both(there: str, ours: str) -> str | None:
    """Return the narrowest type of the same kind that holds the values of both; None if they are of
    different kinds, or if there is none."""
    try:
        old, new = parse(there), parse(ours)
        if old.kind != new.kind or old.precision is None or new.precision is None:
            return None
        after = max(old.fraction_digits, new.fraction_digits)
        before = max(old.integer_digits, new.integer_digits)
        return str(parse(f"{old.kind}({before + after}, {after})"))
    except ValueError:
        return None
