"""Counts the days and seconds of dates and times of day, by the column."""

from functools import cache
from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Bytes, Ints32, Mask

_LAST_YEAR: Final = 9999
_MONTHS: Final = 12
_HOURS, _MINUTES, _SECONDS = 24, 60, 60


def days_since_1970(years: Ints32, months: Bytes, days: Bytes, cleared: Mask) -> Ints32:
    """(n,) Return the days since 1970. `years` are 0 to 9999. Sets `cleared` to false where the day
    does not exist, or is before the year 0001."""
    # Zero becomes 255, which is as wrong as 13.
    months = months - np.uint8(1)
    cleared &= months < _MONTHS
    index = years * np.int32(_MONTHS)
    index += months
    before, lengths = _calendar()
    cleared &= days - np.uint8(1) < lengths.take(index, mode="clip")
    found: Ints32 = before.take(index, mode="clip")
    found += days
    return found


def seconds_of_day(hours: Bytes, minutes: Bytes, seconds: Bytes, cleared: Mask) -> Ints32:
    """(n,) Return the seconds since midnight. Sets `cleared` to false where the time does not
    exist."""
    cleared &= hours < _HOURS
    cleared &= minutes < _MINUTES
    cleared &= seconds < _SECONDS
    found = hours * np.int32(_MINUTES)
    found += minutes
    found *= np.int32(_SECONDS)
    found += seconds
    return found


@cache
def _calendar() -> tuple[Ints32, Bytes]:
    """(120,000,) For each month from the year 0: the day before its first one since 1970, and its
    length, which is zero in the year 0."""
    months = np.arange("0000-01", f"{_LAST_YEAR + 1}-02", dtype="datetime64[M]")
    starts = months.astype("datetime64[D]").astype(np.int32)
    lengths = np.diff(starts).astype(np.uint8)
    lengths[:_MONTHS] = 0
    return starts[:-1] - np.int32(1), lengths
