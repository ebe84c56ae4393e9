"""Message ids and publish times, in the order of publication."""

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.clock import Clock
from csvgate_ops.local.broker.store.message_store import MessageStore

BLOCK = 10_000
"""Ids reserved at a time; a restart skips the rest of a block."""


class Numbering:
    """Hands out sequence numbers and publish times that never go down. Not thread-safe."""

    def __init__(self, messages: MessageStore, clock: Clock) -> None:
        self._messages = messages
        self._clock = clock
        self._free = range(0)
        self._published = messages.last_published()

    def take(self, count: int) -> range:
        """The sequence numbers of the next `count` messages."""
        if len(self._free) < count:
            self._free = self._messages.reserve(max(count, BLOCK))
        taken, self._free = self._free[:count], self._free[count:]
        return taken

    def publish_time(self) -> int:
        """Now, in microseconds since the epoch; the last answer when the clock stepped back."""
        self._published = max(self._published, int(self._clock.wall() * protobuf.MICROS))
        return self._published
