"""Send one dead letter about all rejected rows of an upload, with their counts by code."""

from collections import Counter
from dataclasses import dataclass

from csvgate.ports import Clock
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.dead_letters import DeadLetterTopic, counts_attribute
from csvgate.protocol.events import UploadValidated
from csvgate.protocol.ledger.entries import Note
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.errors import Permanent


@dataclass(frozen=True, slots=True)
class Rejections:
    dead_letters: DeadLetterTopic
    ledger: Ledger
    clock: Clock

    def report(self, validated: UploadValidated, delivery: Delivery) -> None:
        """Send the dead letter, then note it in the ledger: a retry sends a second one only after a
        crash between the two."""
        if validated.status == "valid" and not validated.counts.rejected:
            return
        entries = self.ledger.upload(validated.upload.id)
        if entries.is_rejection_noted(validated.plan):
            return
        reason = rejection(validated)
        self.dead_letters.send(delivery, reason, _attributes(validated))
        note = Note(
            at=self.clock(),
            code=reason.code,
            message=reason.message,
            function=self.dead_letters.function,
        )
        entries.note_rejection(validated.plan, note)


def rejection(validated: UploadValidated) -> Permanent:
    """Return why some rows of this upload, or the whole upload, were rejected."""
    if validated.status == "file_fault":
        return Permanent(validated.reasons[0].code, validated.detail or "")
    if validated.status == "over_limit":
        return Permanent("limit.rejected", validated.detail or "")
    counts = validated.counts
    return Permanent("rows.rejected", f"{counts.rejected} of {counts.read} rows were rejected")


def _attributes(validated: UploadValidated) -> dict[str, str]:
    by_code: Counter[str] = Counter()
    for reason in validated.reasons:
        by_code[reason.code] += reason.rows
    attributes = {
        "upload": validated.upload.id,
        "dataset": validated.dataset,
        "plan": validated.plan,
    }
    if validated.counts.rejected:
        attributes["counts"] = counts_attribute(by_code)
        attributes["rows-rejected"] = str(validated.counts.rejected)
        attributes["rows-read"] = str(validated.counts.read)
    if validated.rejects:
        attributes["rejects"] = f"gs://{validated.rejects.bucket}/{validated.rejects.name}"
    return attributes
