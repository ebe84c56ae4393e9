"""How fast a job works, and how long it will take. Pure."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

_WINDOW: Final = timedelta(seconds=60)
"""The rate is computed over this time, so that it shows when a job has become slower."""
_STEP: Final = timedelta(seconds=1)
_LEAST: Final = timedelta(seconds=2)
"""A rate over a shorter time is not meaningful."""
_MOST: Final = 24 * 3600
"""Seconds. A longer estimate is not shown, because the rate will change."""


@dataclass(slots=True)
class Pace:
    """The number of letters that this instance has processed, at different times."""

    _marks: deque[tuple[datetime, int]] = field(default_factory=deque)
    """One for each second of the last minute, and the latest one."""
    _latest: tuple[datetime, int] | None = None

    def note(self, at: datetime, processed: int) -> None:
        """Note how many letters were processed at a time. The first call says when work began."""
        self._latest = (at, processed)
        if not self._marks or at - self._marks[-1][0] >= _STEP:
            self._marks.append(self._latest)
        while len(self._marks) > 2 and at - self._marks[1][0] >= _WINDOW:
            self._marks.popleft()

    def rate(self, now: datetime) -> float | None:
        """Return the letters per second of about the last minute; None if that is not known yet.
        Time in which no letter was processed counts, so a job that hangs becomes slower."""
        if self._latest is None or not self._marks:
            return None
        if now - self._latest[0] >= _WINDOW:
            return 0.0
        began, before = self._marks[0]
        passed, done = now - began, self._latest[1] - before
        if passed < _LEAST or (not done and passed < _WINDOW):
            return None
        return done / passed.total_seconds()

    def words(self, left: int, now: datetime) -> str:
        """Return the rate, and the time for the `left` letters: `200 letters/s, about 40 s
        left`."""
        rate = self.rate(now)
        if rate is None:
            return "the rate is not known yet"
        if not rate:
            return "no letter was processed in the last minute"
        seconds = left / rate
        if seconds > _MOST:
            return f"{_per_second(rate)}, more than a day left at this rate"
        return f"{_per_second(rate)}, about {_about(seconds)} left"


def _per_second(rate: float) -> str:
    if rate >= 10:
        return f"{rate:,.0f} letters/s"
    return f"{rate:.1f} letters/s" if rate >= 0.1 else f"{60 * rate:.1f} letters/min"


def _about(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{seconds / 3600:.1f} h"
