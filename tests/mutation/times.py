"""Bugs in reading dates and times."""

from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

import numpy as np

from csvgate.validation.fast.kernels import timestamps
from mutation.mutant import Mutant
from simulate.world.swap import swapped
from unit.validation.fast import test_time_limits


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


_ZONES: Final = (test_time_limits.test_time_zones_have_a_sign_hours_and_minutes,)
_FRACTIONS: Final = (test_time_limits.test_a_fraction_has_up_to_six_digits,)

TIMES: dict[str, Mutant] = {
    "29 February exists in every century year": Mutant(
        _every_fourth_year_is_a_leap_year,
        (test_time_limits.test_29_february_exists_in_leap_years_only,),
    ),
    "the minutes of a negative time zone are added": Mutant(_minutes_of_a_zone_are_added, _ZONES),
    "the sign of a time zone is ignored": Mutant(_offset_has_a_plus, _ZONES),
    "fractions of 2 digits are wrong": Mutant(partial(_fraction_of, 2), _FRACTIONS),
    "fractions of 5 digits are wrong": Mutant(partial(_fraction_of, 5), _FRACTIONS),
}
