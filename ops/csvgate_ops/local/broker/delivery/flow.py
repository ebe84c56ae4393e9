"""Flow control of a streaming pull: a limit on one consumer's outstanding messages."""

from csvgate_ops.local.broker.delivery.entry import Room

RESPONSE_BYTES = 2_500_000
"""A response holds at most this much, unless a single message is larger: gRPC clients with default
options refuse more than 4 MiB and would stall on a backlog of large messages."""
RESPONSE_MESSAGES = 1_000

UNLIMITED = 2**62


class Flow:
    """Counts the messages that a consumer holds: delivered and not acknowledged, failed or expired.

    A limit of 0 or less means unlimited, as in the API. Guarded by the subscription's lock.
    """

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self._max_messages = max_messages if max_messages > 0 else UNLIMITED
        self._max_bytes = max_bytes if max_bytes > 0 else UNLIMITED
        self._messages = 0
        self._bytes = 0

    def room(self) -> Room:
        """Return the room in the next response.

        A message over the byte limit is delivered when no other message is outstanding.
        """
        messages = min(self._max_messages - self._messages, RESPONSE_MESSAGES)
        left = self._max_bytes - self._bytes
        first = left if self._messages else UNLIMITED
        return Room(messages, min(left, RESPONSE_BYTES), first)

    def took(self, size: int) -> None:
        """One message of `size` bytes was delivered."""
        self._messages += 1
        self._bytes += size

    def released(self, size: int) -> None:
        """One message of `size` bytes is no longer outstanding."""
        self._messages -= 1
        self._bytes -= size
