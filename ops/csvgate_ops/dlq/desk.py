"""What the actions need of the world."""

from collections.abc import Mapping
from dataclasses import dataclass

from csvgate.contracts.match import Contracts
from csvgate.ledger import Ledger
from csvgate.ports import Clock, ObjectStore, Publisher
from csvgate_ops.dlq.port import Queues
from csvgate_ops.dlq.routes import Route


@dataclass(frozen=True, slots=True)
class Desk:
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

    @property
    def store(self) -> ObjectStore:
        return self.ledger.store

    def route_of(self, function: str) -> Route:
        return next(route for route in self.routes if route.function == function)
