"""Turns local times into UTC by the column, for days on which the clocks of a time zone do not
change."""

from calendar import isleap
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Ints, Ints32, Mask

_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_EPOCH: Final = datetime(1970, 1, 1)
_FIRST_DAY: Final = (datetime.min - _EPOCH).days
"""1 January of the year 1."""
_DAYS: Final = (datetime.max - _EPOCH).days + 1 - _FIRST_DAY
_LAST_YEAR: Final = 9999
_WHOLE: Final = timedelta(seconds=1)
_MIN_CELLS: Final = 256
"""Cells of one year in a block for which the offsets of its days are looked up. That takes 2 ms, as
long as the rules take for these cells."""
_SHIFT: Final = 100_000
"""Seconds added to the offsets of a table, so that each is above 0, which stands for days on which
the clocks change and for years that are not looked up."""


class LocalTimes:
    """The times of one zone. Days on which its clocks change are left to the rules."""

    def __init__(self, where: tzinfo) -> None:
        self._where: Final = where
        self._offsets: Final[Ints32] = np.zeros(_DAYS, np.int32)
        """The seconds east of UTC for each day since the year 1. The memory of years that do not
        occur is not used."""
        self._is_known: Final = np.zeros(_LAST_YEAR + 1, np.bool_)

    def to_utc(self, values: Ints, cleared: Mask) -> None:
        """Subtract the offset from local times in microseconds since 1970, which are within the
        years 1 to 9999 where `cleared`. Sets `cleared` to false where it is not certain."""
        rows = np.flatnonzero(cleared)
        days = values[rows] // _DAY
        years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
        counts = np.bincount(years, minlength=_LAST_YEAR + 1)
        for year in np.flatnonzero((counts >= _MIN_CELLS) & ~self._is_known).tolist():
            self._look_up(year)
        offsets = self._offsets.take(days - _FIRST_DAY)
        values[rows] -= (offsets - np.int32(_SHIFT)) * np.int64(_SECOND)
        cleared[rows] = offsets > 0

    def _look_up(self, year: int) -> None:
        """A zone changes its clocks at most once in six days, so they do not change on a day that
        ends with the offset with which it begins."""
        self._is_known[year] = True
        start = datetime(year, 1, 1)
        first = (start - _EPOCH).days - _FIRST_DAY
        count = min(366 if isleap(year) else 365, _DAYS - 1 - first)
        offsets = [self._offset(start + timedelta(days=day)) for day in range(count + 1)]
        self._offsets[first : first + count] = [
            0 if before is None or before != after else before + _SHIFT
            for before, after in pairwise(offsets)
        ]

    def _offset(self, moment: datetime) -> int | None:
        """Return the offset at a local time, in whole seconds; None if it has not exactly one."""
        try:
            found = {moment.replace(tzinfo=self._where, fold=fold).utcoffset() for fold in (0, 1)}
        except OverflowError:  # near the first and the last day
            return None
        offset = found.pop()
        if found or offset is None or offset.microseconds:
            return None
        return offset // _WHOLE
