"""Decides when a component that died is restarted, and when it is in a crash loop."""

from collections import deque
from dataclasses import dataclass, field

LOOP_DEATHS = 5
LOOP_SECONDS = 30.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


@dataclass(slots=True)
class Restarts:
    """The deaths of one component.

    A death by SIGKILL is not the component's own fault and does not count towards a crash loop:
    a chaos run may kill a component any number of times.
    """

    deaths: deque[float] = field(default_factory=deque)

    def died(self, now: float, *, own_fault: bool) -> float | None:
        """Record a death and return the seconds until the restart, or None for a crash loop."""
        if not own_fault:
            return FIRST_PAUSE
        self.deaths.append(now)
        while self.deaths and self.deaths[0] <= now - LOOP_SECONDS:
            self.deaths.popleft()
        if len(self.deaths) >= LOOP_DEATHS:
            return None
        return min(LONGEST_PAUSE, FIRST_PAUSE * 3.0 ** (len(self.deaths) - 1))
