"""Pin an upload to a plan: the contract, engine and references that all its deliveries use."""

from collections.abc import Mapping
from dataclasses import dataclass

from csvgate.contracts.hashing import contract_hash, from_json, to_json
from csvgate.contracts.model import Contract, Reference
from csvgate.ports import Clock, ObjectStore
from csvgate.protocol.events import UploadRef
from csvgate.protocol.identity import digest
from csvgate.protocol.ledger.entries import PinnedReference, Plan, Received
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.ledger.snapshots import (
    has_snapshot,
    read_snapshot,
    snapshot_name,
    write_snapshot,
)
from csvgate.references.csv_file import MAX_BYTES
from csvgate.references.keys import KeySets, key_sets, referred_to
from csvgate.runtime.errors import Permanent, Transient
from csvgate.validation import ENGINE_VERSION
from intake.storage_event import ObjectEvent


@dataclass(frozen=True, slots=True)
class Pinned:
    received: Received
    plan: Plan
    contract: Contract
    is_repeat: bool
    """An earlier delivery has pinned the upload."""


@dataclass(frozen=True, slots=True)
class Planner:
    store: ObjectStore
    ledger: Ledger
    references_bucket: str
    chunk_bytes: int
    clock: Clock
    engine: str = ENGINE_VERSION

    def pin(self, event: ObjectEvent, contract: Contract) -> Pinned:
        """Return the plan of the first delivery, or the plan that replaced it. When the first
        delivery had another engine version, which may cut and type the records otherwise, this
        makes a plan of its own: their chunks must never mix. Raises Permanent `reference.missing`
        and `reference.too_large`, Transient `reference.changing`."""
        entries = self.ledger.upload(event.upload.id)
        received = entries.received()
        if received is not None:
            plan = entries.plan(received.plan).plan()
            if plan is not None and plan.engine == self.engine:
                plan = self._current(plan, entries)
                return Pinned(received, plan, from_json(plan.contract), is_repeat=True)
        plan = self._new_plan(contract)
        plan = self._current(entries.plan(plan.id).pin(plan), entries)
        is_repeat = received is not None
        if received is None:
            received = entries.pin(received_now(event, plan.dataset, plan.id, self.clock))
            if received.plan != plan.id:
                return self.pin(event, contract)
        return Pinned(received, plan, from_json(plan.contract), is_repeat)

    def _current(self, plan: Plan, entries: UploadLedger) -> Plan:
        """Return the plan, or its successor each time an operator abandoned it: the same contract
        and references under another id, and so with new write streams."""
        while entries.plan(plan.id).is_abandoned():
            successor = digest("plan again", plan.id, length=16)
            copy = plan.model_copy(update={"id": successor, "at": self.clock()})
            plan = entries.plan(successor).pin(copy)
        return plan

    def _new_plan(self, contract: Contract) -> Plan:
        used = {step.lookup.reference for step in contract.enrich if step.lookup}
        used |= referred_to(contract)
        references = {
            name: self._pin_reference(name, contract.references[name]) for name in sorted(used)
        }
        return Plan(
            id=self._plan_id(contract, references),
            dataset=contract.dataset,
            contract=to_json(contract),
            engine=self.engine,
            chunk_bytes=self.chunk_bytes,
            references=references,
            at=self.clock(),
        )

    def _plan_id(self, contract: Contract, references: Mapping[str, PinnedReference]) -> str:
        pinned = [f"{name}={r.object}#{r.generation}" for name, r in references.items()]
        chunks = str(self.chunk_bytes)
        return digest("plan", contract_hash(contract), self.engine, chunks, *pinned, length=16)

    def _pin_reference(self, name: str, reference: Reference) -> PinnedReference:
        """Copy the current generation of the reference into the ledger, unless it has been."""
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
                f"reference {name}: {where} has {info.size} bytes, over {MAX_BYTES}",
            )
        bucket, generation = self.references_bucket, info.generation
        snapshot = snapshot_name(bucket, reference.object, generation)
        if not has_snapshot(self.ledger, snapshot):
            data = self.store.read(bucket, reference.object, generation)
            if data is None:
                raise Transient("reference.changing", f"reference {name}: {where} was replaced")
            write_snapshot(self.ledger, snapshot, data)
        return PinnedReference(object=reference.object, generation=generation, snapshot=snapshot)


def received_now(event: ObjectEvent, dataset: str, plan: str, clock: Clock) -> Received:
    """Return the pin of a first delivery. `plan` is empty when the upload failed before it had
    one."""
    return Received(
        upload=UploadRef.of(event.upload),
        plan=plan,
        dataset=dataset,
        size=event.size,
        received_at=clock(),
        trace=event.trace,
    )


def pinned_keys(pinned: Pinned, ledger: Ledger) -> KeySets:
    """Return the keys of the contract's foreign keys, from the references that the plan has pinned.
    Reads nothing for a contract without foreign keys. Raises Permanent `reference.gone`,
    `reference.malformed` and `reference.too_large`."""
    names = referred_to(pinned.contract)
    references = {name: read_snapshot(ledger, pinned.plan, name) for name in names}
    return key_sets(pinned.contract, references)
