"""Messages held while somebody looks at them, and given back whatever happens."""

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from csvgate.runtime.errors import Failure
from csvgate_ops.operate.dead_letters.queue.port import Queues

LEASE_SECONDS: Final = 20
"""Short: what a killed process held comes back to everybody this much later."""


class Leases:
    """A context: renews the leases of one subscription's messages in the background, and gives
    back at its end what was neither settled nor released."""

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
                # They come back when their lease ends; an error on its way out matters more.
                if error is None:
                    raise

    def hold(self, ack_ids: Iterable[str]) -> None:
        found = list(ack_ids)
        with self._lock:
            self._held.update(found)
        self._queues.lease(self._subscription, found, self._seconds)

    def settle(self, ack_ids: list[str]) -> None:
        """Acknowledge: the message is gone for good when this returns."""
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
                    # The next round may pass; at worst a message comes to somebody else too.
                    continue
