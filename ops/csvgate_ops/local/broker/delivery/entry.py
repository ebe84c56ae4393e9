"""A message as one subscription sees it: where it is on its way to being acknowledged."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class State(Enum):
    """Where an unacknowledged message stands."""

    READY = auto()
    """May be delivered now, or waits in its ordering key's lane."""
    LEASED = auto()
    """Delivered, and its deadline has not passed."""
    FAILED = auto()
    """Nacked or expired; whether it is retried or goes to the dead-letter topic is open."""
    DELAYED = auto()
    """To be retried, and its backoff has not passed."""
    GONE = auto()
    """Acknowledged, forwarded or dropped; what still refers to it skips it."""


class Holder(Protocol):
    """Whoever receives messages and keeps account of what is outstanding."""

    def took(self, size: int) -> None:
        """One message of `size` bytes was leased."""

    def released(self, size: int) -> None:
        """One message of `size` bytes is no longer outstanding."""


@dataclass(slots=True, eq=False)
class Entry:
    """One message in one subscription.

    `seq` is the message's sequence number, `size` its bytes, `key` its ordering key ("" when
    none, or when the subscription does not order), `failures` how often it was nacked or its
    lease expired. `token` numbers its latest delivery in this process (0: not delivered yet;
    negative: that delivery was revoked). `due` is, in monotonic seconds, when its lease ends.
    """

    seq: int
    size: int
    key: str = ""
    failures: int = 0
    state: State = State.READY
    token: int = 0
    due: float = 0.0
    holder: Holder | None = None


class Room:
    """How much one response may still take: messages, and bytes of messages.

    The first message may exceed the bytes, up to `first` of them: one larger than a response
    should be could not be delivered at all otherwise.
    """

    def __init__(self, messages: int, size: int, first: int) -> None:
        self._messages = messages
        self._bytes = size
        self._next = max(size, first)

    def admit(self, size: int) -> bool:
        """Take a message of `size` bytes in, if there is room for it."""
        if self._messages < 1 or size > self._next:
            return False
        self._messages -= 1
        self._bytes -= size
        self._next = self._bytes
        return True
