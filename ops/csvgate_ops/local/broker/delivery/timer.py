"""One thread that wakes whoever has a lease, a backoff or a retention ending."""

import heapq
import itertools
import logging
import threading
from typing import Protocol

from csvgate_ops.local.broker.clock import Clock

log = logging.getLogger(__name__)


class Task(Protocol):
    """Something with work to do at a certain time."""

    def tick(self) -> None:
        """Do what is due, and call `Timer.at` again for what is not."""


class Timer:
    """Calls `tick` of tasks when their time has come; sleeps without polling until then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._due: dict[int, float] = {}
        self._heap: list[tuple[float, int, Task]] = []
        self._order = itertools.count()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="broker-timer", daemon=True)

    def start(self) -> None:
        """Begin to call tasks."""
        self._thread.start()

    def stop(self) -> None:
        """Call no task any more; returns when the running one is done."""
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
            except Exception:  # one task's failure must not end the others' time
                log.exception("a timed task failed")

    def _next(self) -> Task | None:
        with self._changed:
            while not self._stopped:
                if not self._heap:
                    self._changed.wait()
                    continue
                due, _, task = self._heap[0]
                if self._due.get(id(task)) != due:
                    heapq.heappop(self._heap)  # it was called earlier
                elif (wait := due - self._clock.monotonic()) > 0:
                    self._changed.wait(wait)
                else:
                    heapq.heappop(self._heap)
                    del self._due[id(task)]
                    return task
        return None
