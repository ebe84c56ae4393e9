"""Keep what was read in memory. A page that shows it has it read again when it is too old."""

import logging
import math
import random
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

T = TypeVar("T")
EVERY: Final = 30.0
"""Seconds from the start of one reading to the start of the next one, while somebody looks."""
_SHARE: Final = 4
"""Readings that are not asked for by hand take at most one of this many parts of the time, because
letters that are being read are not delivered to anybody else."""
_SPREAD: Final = 1 / 6
"""Readings that are not asked for by hand begin up to this part of the time later, so that two
consoles that read at the same time do not do so again."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """`value` is None until a reading has succeeded; `error` is that of the last reading."""

    value: T | None = None
    read_at: datetime | None = None
    """When the reading of `value` began."""
    error: str = ""
    is_under_way: bool = False
    failing_since: datetime | None = None
    """When the first reading since the last good one failed; None if the last one succeeded."""
    changed_at: datetime | None = None
    """When the contents were first different from those before."""


class Snapshot(Generic[T]):
    """Reads in the background, one reading at a time. `current` returns the last complete one."""

    def __init__(
        self,
        read: Callable[[], T],
        clock: Callable[[], datetime],
        *,
        every: float = EVERY,
        lock: AbstractContextManager[object] | None = None,
        contents: Callable[[T], object] = lambda value: value,
        merge: Callable[[T, T], T] = lambda _, value: value,
    ) -> None:
        """`lock` is held while reading. Two values with equal `contents` show the same. Readings
        that nobody asked for by hand give `merge(previous, new)`."""
        self._read, self._clock, self._every = read, clock, every
        self._held, self._contents, self._merge = lock or nullcontext(), contents, merge
        self._lock = threading.Lock()
        self._reading: Reading[T] = Reading()
        self._thread: threading.Thread | None = None
        self._due = 0.0
        """When `keep_fresh` reads again, as `time.monotonic` counts."""

    def refresh(self) -> None:
        """Start reading, unless a reading is in progress."""
        self._start(by_hand=True)

    def keep_fresh(self) -> None:
        """Start reading if the last reading began too long ago."""
        if time.monotonic() >= self._due:
            self._start(by_hand=False)

    def _start(self, *, by_hand: bool) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._due = math.inf
                self._thread = threading.Thread(
                    target=self._run, args=(by_hand,), name="reading", daemon=True
                )
                self._thread.start()

    def current(self, patience: float = 0.0) -> Reading[T]:
        """Return the last reading, and start the first one. Wait up to `patience` seconds for a
        reading in progress."""
        with self._lock:
            thread = self._thread
        if thread is None:
            self.refresh()
            thread = self._thread
        if thread is not None and patience:
            thread.join(patience)
        with self._lock:
            last = self._reading
            alive = self._thread is not None and self._thread.is_alive()
        return Reading(
            last.value, last.read_at, last.error, alive, last.failing_since, last.changed_at
        )

    def change(self, change: Callable[[T], T]) -> None:
        """Apply a known change to the last reading, which keeps its time."""
        with self._lock:
            last = self._reading
            if last.value is not None:
                changed = change(last.value)
                at = last.changed_at if self._is_same(changed) else self._clock()
                self._reading = Reading(
                    changed, last.read_at, last.error, False, last.failing_since, at
                )

    def _run(self, by_hand: bool) -> None:
        if not by_hand and self._reading.value is not None:
            time.sleep(random.uniform(0, _SPREAD * self._every))  # noqa: S311 - not a secret
        with self._held:
            began, at = time.monotonic(), self._clock()
            try:
                value = self._read()
                with self._lock:
                    known = self._reading.value
                    if known is not None and not by_hand:
                        value = self._merge(known, value)
                    changed = self._reading.changed_at if self._is_same(value) else at
                    self._reading = Reading(value, at, changed_at=changed)
            except Exception as error:  # noqa: BLE001 - the outermost frame of the thread
                # Pages show the error together with the last successful reading.
                _LOG.warning("cannot read: %s", error)
                with self._lock:
                    last = self._reading
                    since = last.failing_since or at
                    self._reading = Reading(
                        last.value, last.read_at, _text_of(error), False, since, last.changed_at
                    )
        took = time.monotonic() - began
        self._due = began + max(self._every, _SHARE * took)

    def _is_same(self, value: T) -> bool:
        known = self._reading.value
        return known is not None and self._contents(known) == self._contents(value)


def _text_of(error: Exception) -> str:
    return str(error) or type(error).__name__
