"""The event that ends an upload, or says that it failed, on enrichment-complete."""

from dataclasses import dataclass

from cloudevents.http import CloudEvent

from csvgate.ports import Clock, Publisher
from csvgate.protocol.cloudevents_pubsub import JSON, message_of
from csvgate.protocol.events import OUTCOME_TYPES, Counts, UploadFinished, UploadValidated
from csvgate.protocol.ledger.entries import Note, Received
from csvgate.protocol.ledger.ledger import UploadLedger
from csvgate.runtime.errors import Failure

_NONE = Counts(read=0, valid=0, rejected=0)


@dataclass(frozen=True, slots=True)
class OutcomeTopic:
    publisher: Publisher
    topic: str
    function: str
    clock: Clock

    def publish(self, finished: UploadFinished, trace: str) -> None:
        """Returns once the event is safe with the service."""
        event = CloudEvent(
            {
                "type": OUTCOME_TYPES[finished.outcome],
                "source": f"//csvgate/{self.function}",
                "id": f"{finished.upload.id}-{finished.outcome}",
                "time": finished.finished_at.isoformat(),
                "subject": finished.upload.id,
                "datacontenttype": JSON,
                "traceparent": trace,
                "uploadid": finished.upload.id,
                "plan": finished.plan,
            },
            finished.model_dump_json().encode(),
        )
        self.publisher.publish(self.topic, message_of(event)).wait()

    def publish_failure(
        self,
        failure: Failure,
        received: Received,
        entries: UploadLedger,
        validated: UploadValidated | None = None,
    ) -> None:
        """Tell people that an operator must look. Not the end of the upload: once the cause is
        mended, a replay of the dead letter may still complete it."""
        note = Note(
            at=self.clock(), code=failure.code, message=failure.message, function=self.function
        )
        entries.note_failure(note)
        finished = UploadFinished(
            upload=received.upload,
            plan=received.plan,
            dataset=received.dataset,
            outcome="failed",
            counts=validated.counts if validated else _NONE,
            reasons=validated.reasons if validated else (),
            detail=f"{failure.code}: {failure.message}",
            rejects=validated.rejects if validated else None,
            received_at=received.received_at,
            finished_at=note.at,
        )
        self.publish(finished, received.trace)
