"""Repeats a call that exceeds a quota, with growing random pauses."""

import time
from collections.abc import Callable
from random import uniform
from typing import Final, TypeVar

from csvgate.runtime.errors import Transient

T = TypeVar("T")

FIRST_SECONDS: Final = 0.5
MOST_SECONDS: Final = 10.0
"""The first pause and the longest one, each on average."""


class Pace:
    """Calls are repeated until `seconds` after their first refusal. `clock` is a monotonic clock in
    seconds."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.seconds, self._clock, self._sleep = seconds, clock, sleep

    def __call__(self, call: Callable[[], T]) -> T:
        """Return what `call` returns. Raises what it raises, and a Transient whose code ends with
        `.throttled` only if the time is up."""
        mean, deadline = FIRST_SECONDS, None
        while True:
            try:
                return call()
            except Transient as failure:
                if not failure.code.endswith(".throttled"):
                    raise
                now = self._clock()
                deadline = deadline if deadline is not None else now + self.seconds
                pause = uniform(mean / 2, mean * 3 / 2)  # noqa: S311 - so that instances disperse
                if now + pause > deadline:
                    raise
            self._sleep(pause)
            mean = min(2 * mean, MOST_SECONDS)
