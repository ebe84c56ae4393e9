"""What the actions need of the world."""

from collections.abc import Mapping
from dataclasses import dataclass

from csvgate.contracts.match import Contracts
from csvgate.ports import Clock, ObjectStore, Publisher
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.dead_letters.queue.leases import LEASE_SECONDS
from csvgate_ops.operate.dead_letters.queue.port import Queues
from csvgate_ops.operate.dead_letters.queue.routes import Route


@dataclass(frozen=True, slots=True)
class DeadLetterContext:
    routes: tuple[Route, ...]
    """One per function."""
    queues: Queues
    publisher: Publisher
    ledger: Ledger
    buckets: Mapping[str, str]
    """Key of the topology (`uploads`, `rejects`, …) → the bucket's real name."""
    contracts: Contracts
    actor: str
    """Who acts, for the audit trail."""
    clock: Clock
    patience: float = 1.0
    """Seconds without a message after which a subscription counts as drained."""
    lease_wait: float = LEASE_SECONDS + 2
    """Seconds in which letters that an interrupted run held come back."""

    @property
    def store(self) -> ObjectStore:
        return self.ledger.store

    @property
    def storage_topic(self) -> str:
        """The topic of Cloud Storage's notifications."""
        return next(route.source_topic for route in self.routes if route.is_storage)
