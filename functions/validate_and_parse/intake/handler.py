"""Step 1 of the delivery protocol: one upload, from its Storage event to the marker.

Another delivery of the event may repeat any of this, at the same time or days later: ledger entries
are created once, and the same upload gives the same chunks, identifiers and reject file.
"""

from dataclasses import dataclass
from typing import Self

from cloudevents.http import CloudEvent

from csvgate.contracts.match import Contracts
from csvgate.ports import Clock, Publisher
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.events import UploadValidated
from csvgate.protocol.ledger.entries import Note
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.messages.validated_records import marker_message
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate.runtime.errors import Failure
from csvgate.runtime.start_up import Runtime
from intake.admission import ignore_unmatched, out_of_scope
from intake.pin_plan import Pinned, Planner, received_now
from intake.read_upload import GONE, UploadReader
from intake.rejected_rows_letter import Rejections
from intake.storage_event import ObjectEvent, parse


@dataclass(frozen=True, slots=True)
class Validator:
    publisher: Publisher
    ledger: Ledger
    planner: Planner
    reader: UploadReader
    contracts: Contracts
    rejections: Rejections
    outcome_topic: OutcomeTopic
    clock: Clock
    uploads_bucket: str
    rejects_bucket: str
    validated_topic: str

    @classmethod
    def of(cls, runtime: Runtime, contracts: Contracts, clock: Clock) -> Self:
        settings, store, ledger = runtime.settings, runtime.store, runtime.ledger
        publisher = runtime.publisher
        return cls(
            publisher=publisher,
            ledger=ledger,
            planner=Planner(store, ledger, settings.references_bucket, settings.chunk_bytes, clock),
            reader=UploadReader(
                store=store,
                publisher=publisher,
                ledger=ledger,
                validated_topic=settings.validated_topic,
                rejects_bucket=settings.rejects_bucket,
            ),
            contracts=contracts,
            rejections=Rejections(runtime.dead_letters, ledger, clock),
            outcome_topic=OutcomeTopic(
                publisher, settings.complete_topic, settings.function, clock
            ),
            clock=clock,
            uploads_bucket=settings.uploads_bucket,
            rejects_bucket=settings.rejects_bucket,
            validated_topic=settings.validated_topic,
        )

    def decode(self, event: CloudEvent, delivery: Delivery) -> ObjectEvent:  # noqa: ARG002
        return parse(event)

    def context(self, work: ObjectEvent) -> dict[str, str]:
        return {"upload": work.upload.id, "trace": work.trace}

    def give_up(self, work: ObjectEvent, failure: Failure) -> None:
        """Announce the failure by email, if a contract matches the object."""
        contract = self.contracts.for_object(work.upload.name)
        if contract is not None and work.upload.bucket == self.uploads_bucket:
            entries = self.ledger.upload(work.upload.id)
            received = entries.received() or received_now(work, contract.dataset, "", self.clock)
            self.outcome_topic.publish_failure(failure, received, entries)

    def handle(self, work: ObjectEvent, delivery: Delivery) -> str:
        """Return the outcome's name. Raises Transient and Permanent."""
        upload = work.upload
        ignored = out_of_scope(
            upload, uploads_bucket=self.uploads_bucket, rejects_bucket=self.rejects_bucket
        )
        if ignored:
            return ignored
        contract = self.contracts.for_object(upload.name)
        if contract is None:
            return ignore_unmatched(upload, self.contracts, self.ledger, self.clock)
        if self.ledger.upload(upload.id).is_finished():
            return "finished before"
        pinned = self.planner.pin(work, contract)
        if pinned.is_repeat:
            self._note_repeat(upload.id)
        validated = self._validate(work, pinned)
        entries = self.ledger.upload(upload.id).plan(validated.plan)
        # The dead letter comes first: once `validated.json` exists, the chunks can end the upload
        # without this delivery.
        self.rejections.report(entries.validated() or validated, delivery)
        validated = entries.mark_validated(validated)
        self._publish_marker(validated, pinned)
        return f"validated: {validated.status}"

    def _note_repeat(self, upload: str) -> None:
        note = Note(
            at=self.clock(),
            code="delivered.again",
            message="validation was started again: an earlier delivery failed or was repeated",
            function="validate_and_parse",
        )
        self.ledger.upload(upload).note_repeat("validate_and_parse", note)

    def _validate(self, event: ObjectEvent, pinned: Pinned) -> UploadValidated:
        """Publish every chunk, write the reject file; nobody can see anything of it yet."""
        reading = self.reader.read(event, pinned)
        entries = self.ledger.upload(event.upload.id)
        if reading.verdict.code == GONE:
            # An earlier delivery may have read the file to its end under the plan it pinned.
            earlier = entries.plan(pinned.received.plan).validated()
            if earlier is not None:
                return earlier
        if reading.lines is not None:
            entries.plan(pinned.plan.id).keep_lines(reading.lines)
        return UploadValidated(
            upload=pinned.received.upload,
            plan=pinned.plan.id,
            dataset=pinned.plan.dataset,
            status=reading.verdict.status,
            detail=reading.verdict.detail,
            counts=reading.counts,
            chunks=reading.chunks,
            reasons=reading.reasons,
            rejects=reading.rejects,
            validated_at=self.clock(),
        )

    def _publish_marker(self, validated: UploadValidated, pinned: Pinned) -> None:
        message = marker_message(validated, trace=pinned.received.trace)
        self.publisher.publish(self.validated_topic, message).wait()
