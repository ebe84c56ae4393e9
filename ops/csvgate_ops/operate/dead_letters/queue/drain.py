"""Pull all messages of a review subscription, each of them once."""

from collections.abc import Callable, Iterator
from typing import Final

from csvgate_ops.operate.dead_letters.queue.leases import Leases
from csvgate_ops.operate.dead_letters.queue.port import Pulled, Queues

_PER_PULL: Final = 1000
_MOST_REPEATED: Final = 10
"""Pulls in a row that bring only messages seen before: then leases have no effect, and waiting
would not help."""


def drain(
    queues: Queues,
    subscription: str,
    leases: Leases,
    *,
    most: int,
    patience: float,
    wait: Callable[[], bool] = lambda: False,
) -> Iterator[list[Pulled]]:
    """Yield every message that no other process holds, in batches, until none arrives within
    `patience` seconds (longer while `wait` returns true) or `most` have arrived. `leases` keeps
    all of them leased, including repeated deliveries."""
    seen: set[str] = set()
    repeated = 0
    while len(seen) < most and repeated < _MOST_REPEATED:
        pulled = queues.pull(subscription, min(_PER_PULL, most - len(seen)), patience)
        if not pulled:
            if wait():
                continue
            return
        leases.hold([delivery.ack_id for delivery in pulled])
        fresh = {delivery.id: delivery for delivery in pulled if delivery.id not in seen}
        seen.update(fresh)
        repeated = 0 if fresh else repeated + 1
        if fresh:
            yield list(fresh.values())
