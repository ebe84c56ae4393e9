"""The world of the simulation: the functions on fakes, deployed in some revision. Their instances
come and go."""

from collections import Counter
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal, TypeVar

from csvgate.contracts.checks.column_names import LINE
from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.ports import ObjectInfo
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.messages.validated_records import SealedUpload
from csvgate.runtime.errors import Permanent
from csvgate.runtime.failure_boundary import FailureBoundary
from enrichment.handler import Enricher
from enrichment.plans import LoadedPlan, Plans
from fakes.effects import Effects
from intake.handler import Validator
from intake.pin_plan import Pinned
from intake.read_upload import UploadReader, UploadReading
from intake.storage_event import ObjectEvent
from simulate.world import shop
from simulate.world.jobs import JobWarehouse
from simulate.world.operator import NOTIFICATIONS, OPERATOR, Operator, Orders
from world import MAX_ATTEMPTS, World

AnyBoundary = (
    FailureBoundary[ObjectEvent]
    | FailureBoundary[SealedUpload]
    | FailureBoundary[UploadFinished]
    | Operator
)
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
REMEMBERED = timedelta(hours=10)
"""How long a committed stream answers. The documentation does not say; in this world less than the
25 hours after which a commit without an answer is decided by its rows."""
LARGEST_REQUEST = 6000
"""In bytes; a little more than the largest request that a revision makes."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Revision:
    """What a deploy may change."""

    contracts: int = 1
    """The version of the contracts; 0 for a deploy that removed them all."""
    engine: str = "e1"
    chunk_bytes: int = 16
    """About two rows."""
    request_bytes: int = 500
    """The size of an append request: one row, as Arrow serialises it."""
    small_uploads: Literal["shared", "pending"] = "shared"
    fails_from: int = 0
    """Chunks with this line of a file, or a later one, cannot be enriched; 0 if all can."""


class OtherEngine(UploadReader):
    """Cuts a file into other chunks than the first engine."""

    def read(self, pinned: Pinned, began: datetime, overruns: int) -> UploadReading:
        larger = {"chunk_bytes": 2 * pinned.received.chunk_bytes}
        received = pinned.received.model_copy(update=larger)
        return super().read(replace(pinned, received=received), began, overruns)


@dataclass(frozen=True, slots=True)
class Failing:
    """Plans whose enrichment fails for some chunks."""

    plans: Plans
    first: int

    def load(self, plan: str, received: Received) -> LoadedPlan:
        found = self.plans.load(plan, received)
        return replace(found, enrichment=FailingEnrichment(found.enrichment, self.first))


class FailingEnrichment(Enrichment):
    def __init__(self, enrichment: Enrichment, first: int) -> None:
        vars(self).update(vars(enrichment))
        self._first = first

    def apply(self, chunk: Any, unknown_keys: Counter[str] | None = None) -> Any:
        if max(chunk.column(LINE).to_pylist()) >= self._first:
            raise Permanent("derive.failed", "a bug of this revision")
        return super().apply(chunk, unknown_keys)


@dataclass
class Cloud(World):
    revision: Revision = Revision()
    references: dict[str, bytes] = field(default_factory=lambda: {"shops.csv": shop.SHOPS})
    max_attempts: int = MAX_ATTEMPTS
    warehouse: JobWarehouse = field(init=False)
    orders: Orders = field(default_factory=Orders)
    without_contracts: bool = False
    """Some revision had no contract."""

    def __post_init__(self) -> None:
        self.deploy(self.revision)
        World.__post_init__(self)
        self.warehouse = JobWarehouse(
            "sales", effects=self.effects, clock=self.clock, now=lambda: self.now
        )
        self.warehouse.lifetimes.remembered = REMEMBERED
        self.warehouse.largest_request = LARGEST_REQUEST
        self.publisher.topics[NOTIFICATIONS] = []

    def deploy(self, revision: Revision) -> None:
        """New instances are of this revision."""
        self.revision = revision
        self.contracts = shop.contracts(revision.contracts)
        self.chunk_bytes = revision.chunk_bytes
        self.without_contracts = self.without_contracts or not revision.contracts

    def restart(self) -> None:
        """Make no instances: runs take them from `instance` as they need them."""

    def unwatched_ledger(self) -> Ledger:
        """For checks at any time: its reads do not count as calls of a function."""
        return self._unwatched

    @cached_property
    def _unwatched(self) -> Ledger:
        store = copy(self.store)
        store.effects = Effects()
        store.corrupt = lambda _bucket, _name, data: data
        return Ledger(store, "ledger", "audit")

    def info_of(self, received: Received) -> ObjectInfo:
        """Return the metadata of an upload's object, which may be gone, as its pin has them."""
        ref = received.upload
        return ObjectInfo(
            bucket=ref.bucket,
            name=ref.name,
            generation=ref.generation,
            size=received.size,
            content_encoding=None,
            created=received.created_at,
            crc32c=received.crc32c,
        )

    def instance(self, function: str) -> AnyBoundary:
        """A cold instance, with nothing in memory."""
        if function == "validate_and_parse":
            return replace(self.validator(), max_attempts=self.max_attempts)
        if function == OPERATOR:
            return Operator(self, self.orders)
        if function == "enrich_records":
            return replace(self.enricher(), max_attempts=self.max_attempts)
        return replace(self.notifier(), max_attempts=self.max_attempts)

    def validator(self) -> FailureBoundary[ObjectEvent]:
        boundary = World.validator(self)
        handler = _kind(Validator, boundary.handler)
        planner = replace(handler.planner, engine=self.revision.engine)
        reader = handler.reader
        if self.revision.engine != "e1":
            reader = OtherEngine(
                **{each.name: getattr(reader, each.name) for each in fields(reader)}
            )
        return replace(boundary, handler=replace(handler, planner=planner, reader=reader))

    def enricher(self) -> FailureBoundary[SealedUpload]:
        boundary = World.enricher(self)
        handler = _kind(Enricher, boundary.handler)
        request_bytes = self.revision.request_bytes
        shared = replace(handler.finisher.shared, request_bytes=request_bytes)
        ours = replace(
            handler,
            pending=replace(handler.pending, request_bytes=request_bytes),
            shared=shared if self.revision.small_uploads == "shared" else None,
            finisher=replace(handler.finisher, shared=shared),
        )
        if first := self.revision.fails_from:
            plans: Any = Failing(handler.plans, first)
            ours = replace(ours, plans=plans)
        return replace(boundary, handler=ours)


def is_failing(boundary: AnyBoundary) -> bool:
    """Whether this instance cannot enrich some chunks."""
    handler = boundary.handler
    return isinstance(handler, Enricher) and isinstance(handler.plans, Failing)


def _kind(kind: type[T], thing: object) -> T:
    assert isinstance(thing, kind)
    return thing


def cloud(effects: Effects, revision: Revision) -> Cloud:
    contracts = shop.contracts(revision.contracts)
    return Cloud(effects=effects, contracts=contracts, revision=revision, now=START)
