"""Leases on the messages that are being read, renewed until they are released."""

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from csvgate.runtime.errors import Failure
from csvgate_ops.operate.dead_letters.queue.port import Queues

LEASE_SECONDS: Final = 20
"""Short, because the messages that a killed process held are delivered again this much later."""


class Leases:
    """A context manager that renews the leases of one subscription's messages in the background and
    releases at its end those that were not acknowledged."""

    def __init__(self, queues: Queues, subscription: str, seconds: int = LEASE_SECONDS) -> None:
        self._queues, self._subscription, self._seconds = queues, subscription, seconds
        self._held: set[str] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="leases", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        with self._lock:
            left, self._held = list(self._held), set()
        if left:
            try:
                self._queues.lease(self._subscription, left, 0)
            except Failure:
                # The leases end by themselves; an exception in flight matters more.
                if error is None:
                    raise

    def hold(self, ack_ids: Iterable[str]) -> None:
        """Lease the messages until they are acknowledged or the context ends."""
        new = list(ack_ids)
        with self._lock:
            self._held.update(new)
        self._queues.lease(self._subscription, new, self._seconds)

    def acknowledge(self, ack_ids: list[str]) -> None:
        """Remove the messages for good."""
        self._queues.acknowledge(self._subscription, ack_ids)
        with self._lock:
            self._held.difference_update(ack_ids)

    def _renew(self) -> None:
        while not self._ended.wait(self._seconds / 3):
            with self._lock:
                held = list(self._held)
            if held:
                try:
                    self._queues.lease(self._subscription, held, self._seconds)
                except Failure:
                    # The next round may succeed; at worst another process gets the message too.
                    continue
