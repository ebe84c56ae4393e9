"""When a dead component is started again, and when it is hopeless. Pure; time is given."""

from collections import deque
from dataclasses import dataclass, field

LOOP_DEATHS = 5
LOOP_SECONDS = 30.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


@dataclass(slots=True)
class Restarts:
    """The deaths of one component.

    Being killed (SIGKILL) by somebody else is not its fault, and does not count towards a crash
    loop: a chaos run may kill as often as it likes.
    """

    deaths: deque[float] = field(default_factory=deque)

    def died(self, now: float, *, own_fault: bool) -> float | None:
        """Seconds until it should be started again; None when it is a crash loop."""
        if not own_fault:
            return FIRST_PAUSE
        self.deaths.append(now)
        while self.deaths and self.deaths[0] <= now - LOOP_SECONDS:
            self.deaths.popleft()
        if len(self.deaths) >= LOOP_DEATHS:
            return None
        return min(LONGEST_PAUSE, FIRST_PAUSE * 3.0 ** (len(self.deaths) - 1))
