"""The three functions in one process, on fakes. Messages are delivered when a test asks for it.

Handlers, failure boundary, ledger and protocol are the real ones; only the ports are fakes. Each
function sees the storage through the roles that deploy grants to it; tests/conftest.py fails a test
in which one of them was refused something.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cloudevents.http import CloudEvent

from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts
from csvgate.contracts.recipients import Recipients, recipients_by_dataset
from csvgate.ports import Message, ObjectInfo
from csvgate.protocol.cloudevents_pubsub import pubsub_delivery, raw_delivery
from csvgate.protocol.dead_letters import DeadLetterTopic
from csvgate.protocol.events import PUBSUB_MESSAGE, STORAGE_FINALIZED, UploadFinished
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.messages.outcome import parse_outcome
from csvgate.protocol.messages.validated_records import SealedUpload
from csvgate.runtime.failure_boundary import FailureBoundary
from csvgate.runtime.settings import Settings, read
from csvgate.runtime.start_up import Runtime
from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.plan import roles
from csvgate_ops.deploy.plan.model import Binding, Place
from enrichment.handler import Enricher
from fakes.bigquery import FakeWarehouse
from fakes.effects import Effects
from fakes.executor import InlineExecutor
from fakes.iam import GuardedStore
from fakes.mail import FakeMailer
from fakes.pubsub import FakePublisher
from fakes.storage import FakeObjectStore
from intake.handler import Validator
from intake.storage_event import ObjectEvent
from notification.handler import Notifier

ROOT = Path(__file__).resolve().parents[1]
VALIDATED, COMPLETE = "validated-records", "enrichment-complete"
FUNCTIONS = ("validate_and_parse", "enrich_records", "notify_stakeholders")
MAX_ATTEMPTS = 5
REFUSED: list[str] = []
"""What functions of any world were refused by their roles."""


@cache
def shipped_contracts() -> Contracts:
    return load_directory(ROOT / "contracts")


@cache
def _topology() -> topo.Topology:
    return topo.load(ROOT / "deploy" / "topology.yaml")


@cache
def roles_of(function: str) -> tuple[Binding, ...]:
    """Return the roles that deploy grants to a function. Buckets have their keys as names."""
    topology = _topology()
    buckets = {k: b.model_copy(update={"name": k}) for k, b in topology.buckets.items()}
    place = Place("test", "europe-west1", "europe-west1", "EU")
    topology = topology.model_copy(update={"buckets": buckets})
    member = roles.account(place, topology.functions[function].service_account)
    return tuple(b for b in roles.of_functions(topology, place) if b.member == member)


def sample_references() -> dict[str, bytes]:
    paths = (ROOT / "samples" / "references").glob("*.csv")
    return {path.name: path.read_bytes() for path in paths}


def letters_of(function: str) -> str:
    return f"{function.replace('_', '-')}-dead-letter"


@dataclass
class World:
    """`effects` records every side effect and may raise before or after one."""

    effects: Effects = field(default_factory=Effects)
    chunk_bytes: int = 4096
    contracts: Contracts = field(default_factory=shipped_contracts)
    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)
    references: dict[str, bytes] = field(default_factory=sample_references)

    def __post_init__(self) -> None:
        self.store = FakeObjectStore(
            "uploads",
            "rejects",
            "staging",
            "ledger",
            "references",
            "audit",
            "contracts",
            effects=self.effects,
            clock=self.clock,
        )
        self.publisher = FakePublisher(
            VALIDATED, COMPLETE, *map(letters_of, FUNCTIONS), effects=self.effects
        )
        self.warehouse = FakeWarehouse("sales", effects=self.effects, clock=self.clock)
        self.mailer = FakeMailer(effects=self.effects)
        for name, data in self.references.items():
            self.store.put("references", name, data)
        self.delivered = {VALIDATED: 0, COMPLETE: 0}
        self.restart()

    def clock(self) -> datetime:
        """A time that is never returned twice."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def restart(self) -> None:
        """Start new instances of all functions, which lose what the old ones kept in memory."""
        self.validate, self.enrich, self.notify = self.validator(), self.enricher(), self.notifier()

    def validator(self) -> FailureBoundary[ObjectEvent]:
        runtime = self._runtime("validate_and_parse")
        handler = Validator.of(runtime, self.contracts_of(runtime), self.clock)
        return runtime.failure_boundary(handler, receive=raw_delivery)

    def enricher(self) -> FailureBoundary[SealedUpload]:
        runtime = self._runtime("enrich_records")
        handler = Enricher.of(runtime, self.warehouse, self.clock)
        return runtime.failure_boundary(handler, receive=pubsub_delivery)

    def notifier(self) -> FailureBoundary[UploadFinished]:
        runtime = self._runtime("notify_stakeholders")
        handler = Notifier.of(runtime, self.mailer, self.recipients_of(runtime), self.clock)
        return runtime.failure_boundary(handler, receive=pubsub_delivery)

    def contracts_of(self, _runtime: Runtime) -> Callable[[], Contracts]:
        """Return what a new instance of validate_and_parse gets as its contracts."""
        found = self.contracts
        return lambda: found

    def recipients_of(self, _runtime: Runtime) -> Callable[[], Mapping[str, Recipients]]:
        """Return what a new instance of notify_stakeholders gets as its recipients."""
        found = recipients_by_dataset(self.contracts)
        return lambda: found

    def _runtime(self, function: str) -> Runtime:
        settings = settings_of(function, self.chunk_bytes)
        store = self.store_of(function)
        return Runtime(
            settings=settings,
            store=store,
            publisher=self.publisher,
            ledger=Ledger(store, "ledger"),
            dead_letters=DeadLetterTopic(
                self.publisher, settings.dead_letter_topic, function, "r1", self.clock
            ),
            pool=InlineExecutor(),
        )

    def store_of(self, function: str) -> GuardedStore:
        """Return the storage as the function's service account sees it."""
        return GuardedStore(self.store, roles_of(function), REFUSED)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.store, "ledger", "audit")

    def upload(self, name: str, data: bytes) -> CloudEvent:
        """Upload an object; return the event that Eventarc would send."""
        return finalized(self.store.put("uploads", name, data))

    def drain(self, order: Callable[[list[Message]], list[Message]] = list) -> None:
        """Deliver every message until no new one is published. A delivery that raises is repeated,
        with its attempt counted."""
        while any(self.delivered[t] < len(self.publisher.topics[t]) for t in self.delivered):
            for topic in self.delivered:
                new = self.publisher.topics[topic][self.delivered[topic] :]
                self.delivered[topic] += len(new)
                for message in order(new):
                    self.deliver(topic, message)

    def boundary_of(self, topic: str) -> Callable[[CloudEvent], str]:
        return self.enrich if topic == VALIDATED else self.notify

    def deliver(self, topic: str, message: Message) -> str:
        """Deliver a message as the platform does: repeat it after a while until it is acknowledged.
        The failure boundary gives up on the last attempt, so that what it raises then is a bug."""
        for attempt in range(1, MAX_ATTEMPTS):
            try:
                return self.boundary_of(topic)(published(message, attempt))
            except Exception:  # noqa: BLE001 - a crash may be anything
                self.restart()
                self.now += timedelta(seconds=20)
        return self.boundary_of(topic)(published(message, MAX_ATTEMPTS))

    def letters(self, function: str) -> list[Message]:
        return self.publisher.topics[letters_of(function)]

    def letter_codes(self) -> list[str]:
        return [m.attributes["csvgate-code"] for f in FUNCTIONS for m in self.letters(f)]

    def finished(self) -> list[UploadFinished]:
        return [parse_outcome(m) for m in self.publisher.topics[COMPLETE]]


@cache
def settings_of(function: str, chunk_bytes: int) -> Settings:
    return read(
        {
            "GOOGLE_CLOUD_PROJECT": "test",
            "CSVGATE_FUNCTION": function,
            "CSVGATE_UPLOADS_BUCKET": "uploads",
            "CSVGATE_REJECTS_BUCKET": "rejects",
            "CSVGATE_STAGING_BUCKET": "staging",
            "CSVGATE_LEDGER_BUCKET": "ledger",
            "CSVGATE_REFERENCES_BUCKET": "references",
            "CSVGATE_DEAD_LETTER_TOPIC": letters_of(function),
            "CSVGATE_CHUNK_BYTES": str(chunk_bytes),
            "CSVGATE_MAX_DELIVERY_ATTEMPTS": str(MAX_ATTEMPTS),
        }
    )


def finalized(info: ObjectInfo) -> CloudEvent:
    return CloudEvent(
        {
            "type": STORAGE_FINALIZED,
            "source": f"//storage.googleapis.com/projects/_/buckets/{info.bucket}",
            "subject": f"objects/{info.name}",
            "id": "event-1",
        },
        {
            "bucket": info.bucket,
            "name": info.name,
            "generation": str(info.generation),
            "size": str(info.size),
            "crc32c": info.crc32c,
            "timeCreated": info.created.isoformat(),
            "contentEncoding": info.content_encoding,
        },
    )


def published(message: Message, attempt: int) -> CloudEvent:
    return CloudEvent(
        {"type": PUBSUB_MESSAGE, "source": "//pubsub.googleapis.com/test", "id": "m"},
        {
            "message": {
                "data": base64.b64encode(message.data).decode(),
                "attributes": dict(message.attributes),
            },
            "deliveryAttempt": attempt,
        },
    )
