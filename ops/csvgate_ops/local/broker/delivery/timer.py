"""The clocks of the broker, and a thread that runs tasks when a lease or a backoff ends."""

import heapq
import itertools
import logging
import threading
import time
from typing import Protocol

log = logging.getLogger(__name__)


class Clock(Protocol):
    """Two clocks, both in seconds, injected so that tests of leases and backoff need not wait."""

    def wall(self) -> float:
        """Return the seconds since the Unix epoch, for publish times and retention."""

    def monotonic(self) -> float:
        """Return the seconds on a clock that never steps back, for leases and backoff."""


class SystemClock:
    """The machine's clocks."""

    def wall(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class Task(Protocol):
    """An object with work to do at a certain time."""

    def tick(self) -> None:
        """Do the work that is due, and call `Timer.at` again for work that is not yet due."""


class Timer:
    """Calls `tick` of each task at its time, and sleeps in between without polling."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._due: dict[int, float] = {}
        self._heap: list[tuple[float, int, Task]] = []
        self._order = itertools.count()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="broker-timer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop calling tasks; returns when the running task has finished."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def at(self, task: Task, due: float) -> None:
        """Call `task` at `due` in monotonic seconds, unless it is called earlier anyway."""
        with self._changed:
            if due >= self._due.get(id(task), float("inf")):
                return
            self._due[id(task)] = due
            heapq.heappush(self._heap, (due, next(self._order), task))
            if self._heap[0][2] is task:
                self._changed.notify()

    def _run(self) -> None:
        while (task := self._next()) is not None:
            try:
                task.tick()
            except Exception:  # a failed task must not stop the timer for the others
                log.exception("a timed task failed")

    def _next(self) -> Task | None:
        with self._changed:
            while not self._stopped:
                if not self._heap:
                    self._changed.wait()
                    continue
                due, _, task = self._heap[0]
                if self._due.get(id(task)) != due:
                    heapq.heappop(self._heap)  # the task was called earlier
                elif (wait := due - self._clock.monotonic()) > 0:
                    self._changed.wait(wait)
                else:
                    heapq.heappop(self._heap)
                    del self._due[id(task)]
                    return task
        return None
