"""Publish what a standing seal announces: the dead letter about rejected rows, chunks and marker.

Every delivery that finds a seal and no end does this, whichever delivery sealed the upload: that
one may have crashed, and success of this one acknowledges the event for both.
"""

from collections import Counter

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Publisher
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.dead_letters import DeadLetterTopic, counts_attribute
from csvgate.protocol.ledger.entries import Note, Received, Seal
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.messages.publish import publish_all
from csvgate.protocol.messages.validated_records import sealed_messages
from csvgate.runtime.errors import Permanent
from csvgate.runtime.log import log
from intake.seal_upload import StandingSeal


@dataclass(frozen=True, slots=True)
class SealPublisher:
    publisher: Publisher
    topic: str
    staging_bucket: str
    dead_letters: DeadLetterTopic
    ledger: Ledger
    clock: Clock

    def publish(self, received: Received, standing: StandingSeal, delivery: Delivery) -> None:
        """Publish everything, and return once Pub/Sub has every message. The dead letter comes
        first: the other messages can end the upload, and then no delivery would send it."""
        self._report_rejections(received, standing, delivery)
        messages = sealed_messages(
            received, standing.number, standing.seal, staging_bucket=self.staging_bucket
        )
        publish_all(self.publisher, self.topic, messages)

    def _report_rejections(
        self, received: Received, standing: StandingSeal, delivery: Delivery
    ) -> None:
        """Send the dead letter, then note it in the ledger: a retry sends a second one only after a
        crash between the two."""
        seal = standing.seal
        if seal.status in ("valid", "skipped") and not seal.counts.rejected:
            return
        entries = self.ledger.upload(received.upload.id)
        if entries.is_rejection_noted(standing.number):
            return
        reason = rejection(seal)
        self.dead_letters.send(delivery, reason, _attributes(received, seal))
        note = Note(
            at=self.clock(),
            code=reason.code,
            message=reason.message,
            function=self.dead_letters.function,
        )
        entries.note_rejection(standing.number, note)
        fields = {
            "upload": received.upload.id,
            "dataset": received.dataset,
            "code": reason.code,
            "trace": delivery.trace,
        }
        log("INFO", "rejection reported", fields)


def rejection(seal: Seal) -> Permanent:
    """Return why some rows of this upload, or the whole upload, were rejected."""
    if seal.status == "file_fault":
        return Permanent(seal.reasons[0].code, seal.detail or "")
    if seal.status == "over_limit":
        return Permanent("limit.rejected", seal.detail or "")
    counts = seal.counts
    return Permanent("rows.rejected", f"{counts.rejected} of {counts.read} rows were rejected")


def _attributes(received: Received, seal: Seal) -> dict[str, str]:
    by_code: Counter[str] = Counter()
    for reason in seal.reasons:
        by_code[reason.code] += reason.rows
    attributes = {
        "upload": received.upload.id,
        "dataset": received.dataset,
        "plan": seal.plan,
    }
    if seal.counts.rejected:
        attributes["counts"] = counts_attribute(by_code)
        attributes["rows-rejected"] = str(seal.counts.rejected)
        attributes["rows-read"] = str(seal.counts.read)
    if seal.stopped_at is not None:
        # The numbers of rows are those before this line.
        attributes["stopped-at"] = str(seal.stopped_at)
    if seal.rejects:
        attributes["rejects"] = f"gs://{seal.rejects.bucket}/{seal.rejects.name}"
    return attributes
