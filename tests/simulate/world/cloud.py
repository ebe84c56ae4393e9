"""The world of the simulation: the functions on fakes, deployed in some revision. Their instances
come and go."""

from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.messages.validated_records import Chunk, Marker
from csvgate.runtime.failure_boundary import FailureBoundary
from enrichment.handler import Enricher
from fakes.effects import Effects
from intake.handler import Validator
from intake.storage_event import ObjectEvent
from simulate.world import shop
from world import World

AnyBoundary = (
    FailureBoundary[ObjectEvent] | FailureBoundary[Chunk | Marker] | FailureBoundary[UploadFinished]
)
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Revision:
    """What a deploy may change."""

    contracts: int = 1
    engine: str = "e1"
    chunk_bytes: int = 16
    """About two rows."""
    request_bytes: int = 500
    """The size of an append request: one row, as Arrow serialises it."""


@dataclass
class Cloud(World):
    revision: Revision = Revision()
    references: dict[str, bytes] = field(default_factory=lambda: {"shops.csv": shop.SHOPS})

    def __post_init__(self) -> None:
        self.deploy(self.revision)
        World.__post_init__(self)

    def deploy(self, revision: Revision) -> None:
        """New instances are of this revision."""
        self.revision = revision
        self.contracts = shop.contracts(revision.contracts)
        self.chunk_bytes = revision.chunk_bytes

    def unwatched_ledger(self) -> Ledger:
        """For checks at any time: its reads do not count as calls of a function."""
        store = copy(self.store)
        store.effects = Effects()
        return Ledger(store, "ledger")

    def instance(self, function: str) -> AnyBoundary:
        """A cold instance, with nothing in memory."""
        if function == "validate_and_parse":
            return self.validator()
        return self.enricher() if function == "enrich_records" else self.notifier()

    def validator(self) -> FailureBoundary[ObjectEvent]:
        boundary = World.validator(self)
        handler = _kind(Validator, boundary.handler)
        planner = replace(handler.planner, engine=self.revision.engine)
        return replace(boundary, handler=replace(handler, planner=planner))

    def enricher(self) -> FailureBoundary[Chunk | Marker]:
        boundary = World.enricher(self)
        handler = _kind(Enricher, boundary.handler)
        chunks = replace(handler.chunks, request_bytes=self.revision.request_bytes)
        return replace(boundary, handler=replace(handler, chunks=chunks))


def _kind(kind: type[T], thing: object) -> T:
    assert isinstance(thing, kind)
    return thing


def cloud(effects: Effects, revision: Revision) -> Cloud:
    contracts = shop.contracts(revision.contracts)
    return Cloud(effects=effects, contracts=contracts, revision=revision, now=START)
