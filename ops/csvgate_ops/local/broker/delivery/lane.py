"""The messages of one ordering key: delivered in order, a block at a time."""

from collections import deque

from csvgate_ops.local.broker.delivery.entry import Entry, State

BLOCK = 100
"""Messages of one key that go out together. One failure brings the rest of its block back, so
that a large block makes a key with many failures crawl."""


class Lane:
    """One ordering key of one subscription.

    A block of consecutive messages goes out together; the next block waits until all of it is
    acknowledged. When one of them fails, it and the later ones of the block come back, in order,
    and wait for the failed one's backoff. Other keys have lanes of their own.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.queued = False
        """True while the backlog lists this lane among what may be delivered."""
        self.blocked_until = 0.0
        """Monotonic seconds until which the head's backoff lasts."""
        self._waiting: deque[Entry] = deque()
        self._outstanding: dict[int, Entry] = {}

    @property
    def full(self) -> bool:
        """True when the current block may not grow any more."""
        return len(self._outstanding) >= BLOCK

    @property
    def outstanding(self) -> bool:
        """True while a message of the current block is not settled."""
        return bool(self._outstanding)

    def append(self, entry: Entry) -> None:
        """Put the key's newest message at the end."""
        self._waiting.append(entry)

    def head(self) -> Entry | None:
        """The next message of the key, if there is one."""
        while self._waiting and self._waiting[0].state is State.GONE:
            self._waiting.popleft()
        return self._waiting[0] if self._waiting else None

    def may_start(self, now: float) -> bool:
        """True when a new block can go out."""
        return not self._outstanding and now >= self.blocked_until and self.head() is not None

    def pop(self) -> None:
        """Take the head out, as part of the current block."""
        entry = self._waiting.popleft()
        self._outstanding[entry.seq] = entry

    def settle(self, entry: Entry) -> None:
        """Forget a message that was acknowledged, forwarded or dropped."""
        self._outstanding.pop(entry.seq, None)

    def after(self, entry: Entry) -> list[Entry]:
        """The messages of the current block after `entry`, the last one first."""
        later = [other for other in self._outstanding.values() if other.seq > entry.seq]
        return sorted(later, key=lambda other: -other.seq)

    def put_back(self, entry: Entry) -> None:
        """Return a message of the block to its place in the key's order."""
        del self._outstanding[entry.seq]
        position = 0
        while position < len(self._waiting) and self._waiting[position].seq < entry.seq:
            position += 1
        self._waiting.insert(position, entry)
