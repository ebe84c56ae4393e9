"""A message as one subscription sees it, and its state until it is acknowledged."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class State(Enum):
    """The delivery state of a message."""

    READY = auto()
    """May be delivered now."""
    LEASED = auto()
    """Delivered, and its deadline has not passed."""
    FAILED = auto()
    """Nacked or expired, and not yet either retried or forwarded to the dead-letter topic."""
    DELAYED = auto()
    """Waits for its backoff to pass before it is retried."""
    GONE = auto()
    """Acknowledged, forwarded or dropped; queues that still hold the entry skip it."""


class Holder(Protocol):
    """A consumer that counts its outstanding messages."""

    def took(self, size: int) -> None:
        """One message of `size` bytes was leased."""

    def released(self, size: int) -> None:
        """One message of `size` bytes is no longer outstanding."""


@dataclass(slots=True, eq=False)
class Entry:
    """One message in one subscription.

    `seq` is the message's sequence number, `size` its size in bytes, `failures` the number of
    times that it was nacked or its lease expired. `token` numbers its latest delivery in this
    process (0: not delivered yet). `due` is the end of its lease in monotonic seconds.
    """

    seq: int
    size: int
    failures: int = 0
    state: State = State.READY
    token: int = 0
    due: float = 0.0
    holder: Holder | None = None


class Room:
    """The messages and bytes that one response can still hold.

    The first message may exceed the byte limit, up to `first` bytes; a message larger than a
    response should be could not be delivered otherwise.
    """

    def __init__(self, messages: int, size: int, first: int) -> None:
        self._messages = messages
        self._bytes = size
        self._next = max(size, first)

    def admit(self, size: int) -> bool:
        """Reserve room for a message of `size` bytes; False if there is not enough."""
        if self._messages < 1 or size > self._next:
            return False
        self._messages -= 1
        self._bytes -= size
        self._next = self._bytes
        return True
