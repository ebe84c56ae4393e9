"""Bugs in reading dates and times."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from csvgate.validation.fast.kernels import timestamps
from simulate.world.swap import swapped

Patch = Callable[[], AbstractContextManager[Any]]


def _every_fourth_year_is_a_leap_year() -> AbstractContextManager[Any]:
    starts, lengths = timestamps._calendar()
    changed = lengths.copy()
    changed[1::48] = 29
    return swapped(timestamps, "_calendar", lambda: (starts, changed))


def _minutes_of_a_zone_are_added() -> AbstractContextManager[Any]:
    """The sign of a time zone counts for its hours only."""
    original = timestamps._offsets

    def offsets(text: Any, valid: Any) -> Any:
        found = original(text, valid)
        return np.where(found < 0, found + 2 * (-found % 3600), found)

    return swapped(timestamps, "_offsets", offsets)


def _offset_has_a_plus() -> AbstractContextManager[Any]:
    original = timestamps._offsets
    return swapped(timestamps, "_offsets", lambda text, valid: np.abs(original(text, valid)))


def _fraction_of(digits: int) -> AbstractContextManager[Any]:
    """Fractions of so many digits are a tenth of what they should be."""
    original = timestamps._fractions

    def fractions(text: Any, zone: Any, after: Any, valid: Any) -> Any:
        found = original(text, zone, after, valid)
        return np.where(after - 1 == digits, found // 10, found)

    return swapped(timestamps, "_fractions", fractions)


TIMES: dict[str, Patch] = {
    "29 February exists in every century year": _every_fourth_year_is_a_leap_year,
    "the minutes of a negative time zone are added": _minutes_of_a_zone_are_added,
    "the sign of a time zone is ignored": _offset_has_a_plus,
    "fractions of 5 digits are wrong": lambda: _fraction_of(5),
    "fractions of 2 digits are wrong": lambda: _fraction_of(2),
}
