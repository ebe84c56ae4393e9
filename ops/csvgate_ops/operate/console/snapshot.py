"""Keep what was read in memory until it is read again on request."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """`value` is None until a reading has succeeded; `error` is that of the last reading."""

    value: T | None = None
    read_at: datetime | None = None
    error: str = ""
    is_under_way: bool = False


class Snapshot(Generic[T]):
    """Reads in the background, one reading at a time. `current` returns the last complete one."""

    def __init__(self, read: Callable[[], T], clock: Callable[[], datetime]) -> None:
        self._read, self._clock = read, clock
        self._lock = threading.Lock()
        self._reading: Reading[T] = Reading()
        self._thread: threading.Thread | None = None

    def refresh(self) -> None:
        """Start reading, unless a reading is in progress."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="reading", daemon=True)
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
        return Reading(last.value, last.read_at, last.error, alive)

    def change(self, change: Callable[[T], T]) -> None:
        """Apply a known change to the last reading, which keeps its time."""
        with self._lock:
            last = self._reading
            if last.value is not None:
                self._reading = Reading(change(last.value), last.read_at, last.error)

    def _run(self) -> None:
        at = self._clock()
        try:
            value = self._read()
        except Exception as error:  # noqa: BLE001 - the outermost frame of the thread
            # Pages show the error together with the last successful reading.
            _LOG.warning("cannot read: %s", error)
            with self._lock:
                self._reading = Reading(self._reading.value, self._reading.read_at, _text_of(error))
        else:
            with self._lock:
                self._reading = Reading(value, at)


def _text_of(error: Exception) -> str:
    return str(error) or type(error).__name__
