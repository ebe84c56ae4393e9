"""The port to Pub/Sub subscriptions.

`csvgate_ops.operate.dead_letters.queue.pubsub` implements it for the real service, and the tests
have a small fake; one contract suite checks both. Every method raises `Transient` or `Permanent`,
and never an exception of a client library.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Pulled:
    """One delivery of a message, leased to this process."""

    ack_id: str
    id: str
    published_at: datetime
    attributes: Mapping[str, str]
    data: bytes


class Queues(Protocol):
    """All methods take subscription names without `projects/…`."""

    def pull(self, subscription: str, most: int, seconds: float) -> Sequence[Pulled]:
        """Return up to `most` messages that no process holds, or none when none arrives within
        `seconds`. The subscription's ack deadline starts for each of them."""

    def lease(self, subscription: str, ack_ids: Sequence[str], seconds: int) -> None:
        """Lease messages for `seconds` from now; 0 releases them at once. A lease that has already
        ended is not an error."""

    def acknowledge(self, subscription: str, ack_ids: Sequence[str]) -> None:
        """Remove messages for good. A message whose lease has ended may be delivered again."""
