"""A cache of the latest message bodies, which saves subscribers that keep up a read from disk."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

MAX_BYTES = 32 * 1024 * 1024


class BodyCache:
    """Serialized messages by seq, up to `max_bytes`; the oldest are evicted first."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._bodies: OrderedDict[int, bytes] = OrderedDict()
        self._bytes = 0

    def add(self, bodies: Iterable[tuple[int, bytes]]) -> None:
        """Add (seq, body) pairs."""
        with self._lock:
            for seq, body in bodies:
                self._bodies[seq] = body
                self._bytes += len(body)
            while self._bytes > self._max_bytes:
                self._bytes -= len(self._bodies.popitem(last=False)[1])

    def get(self, seqs: Sequence[int]) -> dict[int, bytes]:
        """Return the bodies that are in the cache, by seq."""
        with self._lock:
            return {seq: body for seq in seqs if (body := self._bodies.get(seq)) is not None}

    def discard(self, seqs: Sequence[int]) -> None:
        """Remove acknowledged messages; another subscription reads them from the store."""
        with self._lock:
            for seq in seqs:
                if body := self._bodies.pop(seq, None):
                    self._bytes -= len(body)
