"""Bugs in reading dates and times."""

from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

import numpy as np

from csvgate.validation.fast.kernels.times import calendar, tail
from csvgate.validation.fast.kernels.times.tail import Presence, Tail
from mutation.mutant import Mutant
from simulate.world.swap import swapped
from unit.validation.fast.kernels import test_time_limits


def _every_fourth_year_is_a_leap_year() -> AbstractContextManager[Any]:
    before, lengths = calendar._calendar()
    changed = lengths.copy()
    changed[1::48] = 29
    return swapped(calendar, "_calendar", lambda: (before, changed))


def _minutes_of_a_zone_are_added() -> AbstractContextManager[Any]:
    """The sign of a time zone counts for its hours only."""
    original = tail._offsets

    def offsets(text: Any, length: int, valid: Any) -> Any:
        found = original(text, length, valid)
        return np.where(found < 0, found + 2 * (-found % 3600), found)

    return swapped(tail, "_offsets", offsets)


def _offset_has_a_plus() -> AbstractContextManager[Any]:
    original = tail._offsets
    return swapped(tail, "_offsets", lambda *args: np.abs(original(*args)))


def _fraction_of(digits: int) -> AbstractContextManager[Any]:
    """Fractions of so many digits are a tenth of what they should be."""
    original = Tail._fractions

    def fractions(self: Tail, text: Any, width: int, after: Any, valid: Any) -> Any:
        found = original(self, text, width, after, valid)
        point = self.fraction is Presence.OPTIONAL
        return np.where(after - point == digits, found // 10, found)

    return swapped(Tail, "_fractions", fractions)


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
