"""What dead letters need of Pub/Sub's subscriptions.

Implementations: `csvgate_ops.operate.dead_letters.queue.pubsub` (real) and a small fake in the
tests; one contract suite holds both. Every method raises `Transient` or `Permanent` and no
library's own exception.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Pulled:
    """One delivery of a message, held until its lease ends."""

    ack_id: str
    id: str
    published_at: datetime
    attributes: Mapping[str, str]
    data: bytes


class Queues(Protocol):
    """Subscriptions by their plain names."""

    def pull(self, subscription: str, most: int, seconds: float) -> Sequence[Pulled]:
        """Up to `most` messages that nobody holds; empty when none came within so many seconds.
        The subscription's own ack deadline begins for each."""

    def lease(self, subscription: str, ack_ids: Sequence[str], seconds: int) -> None:
        """Hold messages for so many seconds from now; 0 gives them back at once. A lease that
        ended meanwhile is no error."""

    def acknowledge(self, subscription: str, ack_ids: Sequence[str]) -> None:
        """Remove messages for good. After a lease ended the message may come again."""
