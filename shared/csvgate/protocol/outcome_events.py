"""Publishing how an upload ended, or that a function gave up on it."""

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Publisher
from csvgate.protocol.events import Counts, UploadFinished
from csvgate.protocol.ledger.entries import Note, Received, Seal
from csvgate.protocol.ledger.ledger import UploadLedger
from csvgate.protocol.messages.outcome import outcome_message
from csvgate.protocol.messages.publish import publish_all
from csvgate.runtime.errors import Failure

_NONE = Counts(read=0, valid=0, rejected=0)


@dataclass(frozen=True, slots=True)
class OutcomeTopic:
    """Publishes to the topic enrichment-complete for one function."""

    publisher: Publisher
    topic: str
    function: str
    clock: Clock

    def publish(self, finished: UploadFinished, trace: str) -> None:
        """Publish the event, and return once Pub/Sub has it. Raises Permanent `event.too_large`."""
        message = outcome_message(finished, function=self.function, trace=trace)
        publish_all(self.publisher, self.topic, [message])

    def publish_failure(
        self,
        failure: Failure,
        received: Received,
        entries: UploadLedger,
        seal: Seal | None = None,
    ) -> None:
        """Announce that an operator must look at the upload. This does not end it: once the cause
        is fixed, a replay of the dead letter may still complete it."""
        note = Note(
            at=self.clock(), code=failure.code, message=failure.message, function=self.function
        )
        entries.note_failure(note)
        finished = UploadFinished(
            upload=received.upload,
            plan=received.plan,
            dataset=received.dataset,
            outcome="failed",
            counts=seal.counts if seal else _NONE,
            stopped_at=seal.stopped_at if seal else None,
            reasons=seal.reasons if seal else (),
            code=failure.code,
            detail=f"{failure.code}: {failure.message}",
            rejects=seal.rejects if seal else None,
            received_at=received.received_at,
            finished_at=note.at,
        )
        self.publish(finished, received.trace)
