"""One message of validated-records: a chunk of records, or the marker that ends an upload."""

from dataclasses import dataclass
from typing import Self

from cloudevents.http import CloudEvent

from csvgate.ports import Clock, Warehouse
from csvgate.protocol.cloudevents_pubsub import Delivery, event_of
from csvgate.protocol.events import RECORDS_VALIDATED, UPLOAD_VALIDATED
from csvgate.protocol.ledger.entries import Note
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate.runtime.errors import Failure, Permanent
from csvgate.runtime.start_up import Runtime
from enrichment.chunk_message import ChunkRef, parse_chunk, parse_ids
from enrichment.finish_upload import UploadFinisher
from enrichment.load_chunk import ChunkLoader
from enrichment.plans import Plans


@dataclass(frozen=True, slots=True)
class Enricher:
    ledger: Ledger
    plans: Plans
    chunks: ChunkLoader
    finisher: UploadFinisher
    outcome_topic: OutcomeTopic

    @classmethod
    def of(cls, runtime: Runtime, warehouse: Warehouse, clock: Clock) -> Self:
        settings, ledger = runtime.settings, runtime.ledger
        topic = OutcomeTopic(runtime.publisher, settings.complete_topic, settings.function, clock)
        return cls(
            ledger=ledger,
            plans=Plans(ledger),
            chunks=ChunkLoader(warehouse, clock),
            finisher=UploadFinisher(ledger, warehouse, topic, clock),
            outcome_topic=topic,
        )

    def decode(self, event: CloudEvent, delivery: Delivery) -> CloudEvent:  # noqa: ARG002
        """The event inside the message; it names an upload and a plan."""
        inner = event_of(delivery.message)
        parse_ids(inner)
        return inner

    def context(self, work: CloudEvent) -> dict[str, str]:
        upload, plan = parse_ids(work)
        chunk = work.get_attributes().get("chunk")
        return {"upload": upload, "plan": plan, **({"chunk": str(chunk)} if chunk else {})}

    def handle(self, work: CloudEvent, delivery: Delivery) -> str:  # noqa: ARG002
        """The outcome's name. Raises Transient and Permanent."""
        event = work
        upload, plan = parse_ids(event)
        entries = self.ledger.upload(upload)
        if entries.is_finished():
            return "finished before"
        kind = event["type"]
        if kind == RECORDS_VALIDATED:
            return self._chunk(parse_chunk(event), event.data, entries)
        if kind == UPLOAD_VALIDATED:
            return self.finisher.finish(upload, self.plans.load(upload, plan))
        raise Permanent("event.malformed", f"validated-records carries no events of type {kind}")

    def _chunk(self, ref: ChunkRef, data: bytes, entries: UploadLedger) -> str:
        claim = entries.outcome_claim()
        if claim is not None and claim.plan != ref.plan:
            return f"not needed: {claim.outcome} by plan {claim.plan}"
        loaded = self.plans.load(ref.upload, ref.plan)
        plan = entries.plan(ref.plan)
        rejected = claim is not None and claim.outcome == "rejected"
        if not rejected and plan.chunk_done(ref.index) is None:
            if plan.chunk_stream(ref.index) is not None:
                self._note_repeat(entries, ref)
            self.chunks.load(ref, data, loaded, plan)
        # Also when it is rejected: we may be the one who claimed that, and died before telling.
        return self.finisher.finish(ref.upload, loaded)

    def _note_repeat(self, entries: UploadLedger, ref: ChunkRef) -> None:
        note = Note(
            at=self.chunks.clock(),
            code="delivered.again",
            message=f"chunk {ref.index} was started again: an earlier delivery failed or was "
            "repeated",
            function="enrich_records",
        )
        entries.note_repeat(f"enrich_records.chunk-{ref.index:06d}", note)

    def give_up(self, work: CloudEvent, failure: Failure) -> None:
        """Announce the failure to people, when the message names an upload that there is."""
        upload, plan = parse_ids(work)
        entries = self.ledger.upload(upload)
        received = entries.received()
        if received is not None:
            validated = entries.plan(plan).validated()
            self.outcome_topic.publish_failure(failure, received, entries, validated)
