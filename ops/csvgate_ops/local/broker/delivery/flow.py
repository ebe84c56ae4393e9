"""How much one consumer may have outstanding (the flow control of a streaming pull)."""

from csvgate_ops.local.broker.delivery.entry import Room

RESPONSE_BYTES = 2_500_000
"""A response holds no more than this, unless one message is larger: gRPC clients that nobody
configured refuse more than 4 MiB, and would stall on a backlog of large messages."""
RESPONSE_MESSAGES = 1_000

UNLIMITED = 2**62


class Flow:
    """Counts what was delivered to a consumer and is neither acknowledged, failed nor expired.

    A limit of 0 or less means none, as on the wire. Guarded by the subscription's lock.
    """

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self._max_messages = max_messages if max_messages > 0 else UNLIMITED
        self._max_bytes = max_bytes if max_bytes > 0 else UNLIMITED
        self._messages = 0
        self._bytes = 0

    def room(self) -> Room:
        """What the next response may hold.

        A message over the byte limit goes out when nothing else is outstanding.
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
