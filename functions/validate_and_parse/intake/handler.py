"""Step 1 of the delivery protocol: one upload, from its Storage event to the marker.

Everything here may be done again by another delivery, at the same time or days later: entries of
the ledger are created once, chunks and identifiers come out the same, the reject file too.
"""

from dataclasses import dataclass
from typing import Self

from cloudevents.http import CloudEvent

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Limits
from csvgate.ports import Clock, ObjectStore, Publisher
from csvgate.protocol.cloudevents_pubsub import JSON, Delivery, message_of
from csvgate.protocol.events import UPLOAD_VALIDATED, Reason, UploadValidated
from csvgate.protocol.ledger.entries import Note
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate.protocol.verdict import Verdict, judge
from csvgate.runtime.errors import Failure
from csvgate.runtime.start_up import Runtime
from csvgate.validation.faults import FileFault
from intake.chunk_output import ChunkPublisher
from intake.corrections import Origin, find_origin
from intake.ignored_objects import ignore_unmatched, out_of_scope
from intake.overwrite import refuse_overwrite
from intake.pin_plan import Pinned, Planner, received_now
from intake.pinned_keys import pinned_keys
from intake.read_upload import GONE, NO_ROWS, UploadRun, hopeless
from intake.reject_output import RejectOutput, rejects_name
from intake.rejected_rows_letter import Rejections
from intake.storage_event import ObjectEvent, parse

SOURCE = "//csvgate/validate_and_parse"


@dataclass(frozen=True, slots=True)
class Validator:
    store: ObjectStore
    publisher: Publisher
    ledger: Ledger
    planner: Planner
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
            store=store,
            publisher=publisher,
            ledger=ledger,
            planner=Planner(store, ledger, settings.references_bucket, settings.chunk_bytes, clock),
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
        """Announce the failure to people, when the object is one of ours."""
        contract = self.contracts.for_object(work.upload.name)
        if contract is not None and work.upload.bucket == self.uploads_bucket:
            entries = self.ledger.upload(work.upload.id)
            received = entries.received() or received_now(work, contract.dataset, "", self.clock)
            self.outcome_topic.publish_failure(failure, received, entries)

    def handle(self, work: ObjectEvent, delivery: Delivery) -> str:
        """The outcome's name. Raises Transient and Permanent."""
        event, upload = work, work.upload
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
        pinned = self.planner.pin(event, contract)
        if pinned.again:
            self._note_repeat(upload.id)
        validated = self._validate(event, pinned)
        entries = self.ledger.upload(upload.id).plan(validated.plan)
        # The letter first: once `validated` is there, the chunks may end the upload without us.
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
        """Publish every chunk, write the reject file; nothing is visible to anybody yet."""
        run = UploadRun(
            store=self.store,
            rejects=RejectOutput(
                self.store, self.rejects_bucket, rejects_name(event.upload, pinned.plan.id)
            ),
            chunks=self._chunk_publisher(pinned),
            contract=pinned.contract,
            find_origin=lambda: self._find_origin(event, pinned.plan.dataset),
            references=pinned_keys(pinned.contract, pinned.plan, self.ledger),
        )
        try:
            if pinned.contract.on_overwrite == "refuse":
                refuse_overwrite(event.upload, self.ledger)
            run.read(event, chunk_bytes=pinned.plan.chunk_bytes)
        except FileFault as error:
            if error.fault.code == GONE:
                # Under the plan that was pinned first it may have been read whole.
                entries = self.ledger.upload(event.upload.id).plan(pinned.received.plan)
                if (earlier := entries.validated()) is not None:
                    return earlier
            verdict = Verdict("file_fault", error.fault.code, error.fault.message)
            return self._validated(pinned, run, verdict, hopeless(error.fault))
        lines = run.lines()
        if lines is not None:
            self.ledger.upload(event.upload.id).plan(pinned.plan.id).keep_lines(lines)
        # The original kept to the limits; its rejected rows alone need not.
        limits = Limits() if run.correction else pinned.contract.limits
        return self._validated(pinned, run, judge(run.counts, limits), run.reasons.top())

    def _find_origin(self, event: ObjectEvent, dataset: str) -> Origin:
        origin = find_origin(event.upload, dataset, self.ledger)
        self.ledger.upload(event.upload.id).link_origin(origin.upload)
        return origin

    def _chunk_publisher(self, pinned: Pinned) -> ChunkPublisher:
        return ChunkPublisher(
            publisher=self.publisher,
            topic=self.validated_topic,
            source=SOURCE,
            upload=pinned.received.upload.id,
            plan=pinned.plan.id,
            trace=pinned.received.trace,
            time=pinned.received.received_at.isoformat(),
        )

    def _validated(
        self, pinned: Pinned, run: UploadRun, verdict: Verdict, reasons: tuple[Reason, ...]
    ) -> UploadValidated:
        faulty = verdict.status == "file_fault"
        return UploadValidated(
            upload=pinned.received.upload,
            plan=pinned.plan.id,
            dataset=pinned.plan.dataset,
            status=verdict.status,
            detail=verdict.detail,
            counts=NO_ROWS if faulty else run.counts,
            chunks=run.chunks.count,
            reasons=reasons,
            rejects=None if faulty else run.rejects.ref,
            validated_at=self.clock(),
        )

    def _publish_marker(self, validated: UploadValidated, pinned: Pinned) -> None:
        event = CloudEvent(
            {
                "type": UPLOAD_VALIDATED,
                "source": SOURCE,
                "id": f"{validated.upload.id}-{validated.plan}-validated",
                "time": validated.validated_at.isoformat(),
                "subject": validated.upload.id,
                "datacontenttype": JSON,
                "traceparent": pinned.received.trace,
                "uploadid": validated.upload.id,
                "plan": validated.plan,
            },
            validated.model_dump_json().encode(),
        )
        self.publisher.publish(self.validated_topic, message_of(event)).wait()
