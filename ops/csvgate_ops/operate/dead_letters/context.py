"""The services and settings that the actions on dead letters use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from csvgate.contracts.match import Contracts
from csvgate.ports import Clock, ObjectStore, Publisher
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.stream_ages import StreamAges
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.queue.leases import LEASE_SECONDS
from csvgate_ops.operate.dead_letters.queue.port import Queues
from csvgate_ops.operate.dead_letters.queue.routes import Route

_SERVICE: Final = StreamAges()
NO_ROUTE: Final = "its review subscription is not in the topology"


@dataclass(frozen=True, slots=True)
class DeadLetterContext:
    routes: tuple[Route, ...]
    """One per function."""
    queues: Queues
    publisher: Publisher
    ledger: Ledger
    buckets: Mapping[str, str]
    """Bucket names by their keys in the topology: `uploads`, `rejects`, …"""
    contracts: Contracts
    actor: str
    """Who acts, for the audit log."""
    clock: Clock
    patience: float = 1.0
    """Seconds without a message after which a subscription counts as drained."""
    ages: StreamAges = _SERVICE
    """From which age on the absence of a write stream proves something."""
    verified_by: str = ""
    """How the actor's name was proven; empty if it is only claimed (`operate.audit.Operator`)."""
    lease_wait: float = LEASE_SECONDS + 2
    """Seconds within which letters that an interrupted run held are delivered again."""

    @property
    def store(self) -> ObjectStore:
        return self.ledger.store

    @property
    def storage_topic(self) -> str:
        """The topic of Cloud Storage's notifications."""
        return next(route.source_topic for route in self.routes if route.is_storage)

    def route_of(self, letter: DeadLetter) -> Route | None:
        """Return the letter's route, or None when the topology lacks its review subscription."""
        return next((r for r in self.routes if r.review == letter.subscription), None)
