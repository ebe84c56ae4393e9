"""Time as the broker sees it, passed in so that a test of leases and backoff need not wait."""

import time
from typing import Protocol


class Clock(Protocol):
    """Two readings, both in seconds."""

    def wall(self) -> float:
        """Seconds since the Unix epoch: publish times and retention."""

    def monotonic(self) -> float:
        """Seconds on a clock that never steps back: leases and backoff."""


class SystemClock:
    """The machine's own clocks."""

    def wall(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()
