"""How many requests a function accepts at the same time, and faults that make it refuse some."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Capacity:
    """The requests that all instances of a function handle at the same time.

    Cloud Run answers 429 when all instances are busy and it may not start another one. It may let a
    request wait for a while first; here it is refused at once, which is harder on the sender.
    """

    def __init__(self, requests: int) -> None:
        self._free = threading.BoundedSemaphore(requests)
        self._lock = threading.Lock()
        self._refusals = 0

    @contextmanager
    def request(self) -> Iterator[bool]:
        """Occupy a place while the context lasts; yields False if there was none."""
        if self._take_refusal() or not self._free.acquire(blocking=False):
            yield False
            return
        try:
            yield True
        finally:
            self._free.release()

    def refuse(self, requests: int) -> None:
        """Refuse the next `requests` requests, in addition to those already planned: a fault that
        tests inject."""
        with self._lock:
            self._refusals += requests

    def stop_refusing(self) -> None:
        with self._lock:
            self._refusals = 0

    @property
    def planned_refusals(self) -> int:
        return self._refusals

    def _take_refusal(self) -> bool:
        with self._lock:
            if self._refusals == 0:
                return False
            self._refusals -= 1
            return True
