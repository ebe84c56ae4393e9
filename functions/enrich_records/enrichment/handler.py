"""Handle the messages of validated-records: load a chunk, or end an upload on its marker."""

from dataclasses import dataclass
from typing import Self

from cloudevents.http import CloudEvent

from csvgate.ports import Clock, Warehouse
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.ledger.entries import Note
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.messages.validated_records import Chunk, Marker, parse_validated_records
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate.runtime.errors import Failure
from csvgate.runtime.start_up import Runtime
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

    def decode(self, event: CloudEvent, delivery: Delivery) -> Chunk | Marker:  # noqa: ARG002
        return parse_validated_records(delivery.message)

    def context(self, work: Chunk | Marker) -> dict[str, str]:
        context = {"upload": work.upload, "plan": work.plan}
        if isinstance(work, Chunk):
            context["chunk"] = str(work.index)
        return context

    def handle(self, work: Chunk | Marker, delivery: Delivery) -> str:  # noqa: ARG002
        """Return the outcome's name. Raises Transient and Permanent."""
        entries = self.ledger.upload(work.upload)
        if entries.is_finished():
            return "finished before"
        if isinstance(work, Chunk):
            return self._chunk(work, entries)
        return self.finisher.finish(work.upload, self.plans.load(work.upload, work.plan))

    def _chunk(self, chunk: Chunk, entries: UploadLedger) -> str:
        claim = entries.outcome_claim()
        if claim is not None and claim.plan != chunk.plan:
            return f"not needed: {claim.outcome} by plan {claim.plan}"
        loaded = self.plans.load(chunk.upload, chunk.plan)
        plan = entries.plan(chunk.plan)
        rejected = claim is not None and claim.outcome == "rejected"
        if not rejected and plan.chunk_done(chunk.index) is None:
            if plan.chunk_stream(chunk.index) is not None:
                self._note_repeat(entries, chunk)
            self.chunks.load(chunk, loaded, plan)
        # For a rejected upload too: an earlier delivery of this very chunk may have made the claim
        # and crashed before it published the outcome.
        return self.finisher.finish(chunk.upload, loaded)

    def _note_repeat(self, entries: UploadLedger, chunk: Chunk) -> None:
        note = Note(
            at=self.chunks.clock(),
            code="delivered.again",
            message=f"chunk {chunk.index} was started again: an earlier delivery failed or was "
            "repeated",
            function="enrich_records",
        )
        entries.note_repeat(f"enrich_records.chunk-{chunk.index:06d}", note)

    def give_up(self, work: Chunk | Marker, failure: Failure) -> None:
        """Announce the failure by email, if the ledger knows the upload that the message names."""
        entries = self.ledger.upload(work.upload)
        received = entries.received()
        if received is not None:
            validated = entries.plan(work.plan).validated()
            self.outcome_topic.publish_failure(failure, received, entries, validated)
