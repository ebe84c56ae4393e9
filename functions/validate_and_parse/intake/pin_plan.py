"""Pin an upload: the contract, engine and references that all its deliveries use."""

from dataclasses import field
from typing import Final

from csvgate.contracts.hashing import from_json, to_json
from csvgate.contracts.model import Contract, Reference
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, ObjectStore
from csvgate.protocol.events import UploadRef
from csvgate.protocol.identity import PROTOCOL_VERSION
from csvgate.protocol.ledger.entries import PinnedReference, Received
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import RECEIVED
from csvgate.protocol.ledger.snapshots import (
    has_snapshot,
    read_snapshot,
    snapshot_name,
    write_snapshot,
)
from csvgate.protocol.plan import plan_id, plan_of_engine, require_protocol
from csvgate.references.csv_file import MAX_BYTES
from csvgate.references.keys import KeySets, key_sets, referred_to
from csvgate.runtime.errors import Permanent, Transient
from csvgate.unique.keyed_hash import new_key
from csvgate.validation import ENGINE_VERSION
from intake.storage_event import ObjectEvent

_KEPT: Final = 1000
"""The most names of snapshots that an instance remembers."""


@dataclass(frozen=True, slots=True)
class Pinned:
    received: Received
    plan: str
    """The id of the pinned plan with the engine of this delivery."""
    contract: Contract
    is_repeat: bool
    """An earlier delivery has pinned the upload."""
    is_last: bool = False
    """No later delivery will look again for what this one finds missing."""


@dataclass(frozen=True, slots=True)
class Planner:
    store: ObjectStore
    ledger: Ledger
    references_bucket: str
    chunk_bytes: int
    clock: Clock
    engine: str = ENGINE_VERSION
    _snapshots: set[str] = field(default_factory=set)
    """Snapshots that this instance has seen in the ledger."""

    def pin(self, event: ObjectEvent, contract: Contract | None) -> Pinned | None:
        """Return the pin of the first delivery, which may be this one. `contract` is the deployed
        contract that matches the object; without one the upload must be pinned already, and the
        answer is None if it is not. Raises Permanent `reference.missing` and `reference.too_large`,
        Transient `reference.changing`."""
        entries = self.ledger.upload(event.upload.id)
        # The pin is created first; if the ledger refuses it, the one that stands is read. A
        # contract with references is different: those of a pinned upload may be gone, so the pin is
        # read before they are looked up.
        if contract is None or _references(contract):
            standing = entries.received()
            if standing is not None:
                return self._pinned(standing, is_repeat=True)
            if contract is None:
                return None
        ours = self._received(event, contract)
        if self.ledger.create(RECEIVED, ours, upload=event.upload.id):
            return self._pinned(ours, is_repeat=False)
        standing = entries.received()
        if standing is None:
            raise Transient(
                "ledger.vanished", f"the pin of upload {event.upload.id} existed and is gone"
            )
        return self._pinned(standing, is_repeat=True)

    def _pinned(self, received: Received, *, is_repeat: bool) -> Pinned:
        require_protocol(received)
        plan = plan_of_engine(received, self.engine)
        return Pinned(received, plan, from_json(received.contract), is_repeat)

    def _received(self, event: ObjectEvent, contract: Contract) -> Received:
        references = {
            name: self._pin_reference(name, contract.references[name])
            for name in sorted(_references(contract))
        }
        return received_now(
            event,
            contract,
            self.clock,
            references,
            engine=self.engine,
            chunk_bytes=self.chunk_bytes,
        )

    def _pin_reference(self, name: str, reference: Reference) -> PinnedReference:
        """Copy the current generation of the reference into the ledger, unless this month's copy
        exists."""
        info = self.store.stat(self.references_bucket, reference.object)
        where = f"gs://{self.references_bucket}/{reference.object}"
        if info is None:
            raise Permanent(
                "reference.missing",
                f"reference {name}: {where} does not exist; upload it, then replay this letter",
            )
        if info.size > MAX_BYTES:
            raise Permanent(
                "reference.too_large",
                f"reference {name}: {where} has {info.size:,} bytes; at most {MAX_BYTES:,} can be "
                "used. Upload a smaller file, then replay this letter",
            )
        bucket, generation = self.references_bucket, info.generation
        snapshot = snapshot_name(bucket, reference.object, generation, self.clock())
        if snapshot not in self._snapshots:
            if not has_snapshot(self.ledger, snapshot):
                data = self.store.read(bucket, reference.object, generation)
                if data is None:
                    raise Transient(
                        "reference.changing",
                        f"reference {name}: {where} was replaced while it was copied; a retry "
                        "copies the new generation",
                    )
                write_snapshot(self.ledger, snapshot, data)
            if len(self._snapshots) >= _KEPT:
                self._snapshots.clear()
            self._snapshots.add(snapshot)
        return PinnedReference(object=reference.object, generation=generation, snapshot=snapshot)


def received_now(
    event: ObjectEvent,
    contract: Contract,
    clock: Clock,
    references: dict[str, PinnedReference],
    *,
    engine: str,
    chunk_bytes: int,
) -> Received:
    """Return the pin of a first delivery."""
    now = clock()
    pinned = [f"{r.object}#{r.generation}" for _, r in sorted(references.items())]
    return Received(
        upload=UploadRef.of(event.upload),
        plan=plan_id(contract, engine, chunk_bytes, pinned),
        dataset=contract.dataset,
        contract=to_json(contract),
        engine=engine,
        protocol=PROTOCOL_VERSION,
        chunk_bytes=chunk_bytes,
        hash_key=new_key().hex(),
        references=references,
        size=event.size,
        crc32c=event.crc32c,
        md5=event.md5,
        created_at=event.created_at or now,
        received_at=now,
        trace=event.trace,
    )


def pinned_keys(pinned: Pinned, ledger: Ledger) -> KeySets:
    """Return the keys of the contract's foreign keys, from the references that the upload has
    pinned. Reads nothing for a contract without foreign keys. Raises Permanent `reference.gone`,
    `reference.malformed` and `reference.too_large`."""
    names = referred_to(pinned.contract)
    references = {name: read_snapshot(ledger, pinned.received, name) for name in names}
    return key_sets(pinned.contract, references)


def _references(contract: Contract) -> set[str]:
    """Return the names of the references that lookups and foreign keys use."""
    return {step.lookup.reference for step in contract.enrich if step.lookup} | referred_to(
        contract
    )
