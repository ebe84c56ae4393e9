"""Step 8 of the delivery protocol: announce an upload again for its next attempt.

The messages of the chunks that were loaded into an abandoned attempt are acknowledged, so nothing
else would load these chunks again.
"""

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Publisher
from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.ledger.ledger import AttemptLedger, UploadLedger
from csvgate.protocol.messages.publish import publish_all
from csvgate.protocol.messages.validated_records import sealed_messages
from csvgate.runtime.errors import Transient


@dataclass(frozen=True, slots=True)
class Republisher:
    publisher: Publisher
    topic: str
    staging_bucket: str
    clock: Clock

    def ensure(self, received: Received, entries: UploadLedger, attempt: AttemptLedger) -> None:
        """Publish everything that the standing seal announces, unless that was done for this
        attempt. Every delivery that finds a later attempt does this before it returns. Raises
        Transient."""
        if attempt.number == 1 or attempt.is_republished():
            return
        found = entries.standing_seal()
        if found is None:
            raise Transient(
                "seal.vanished",
                f"the ledger does not have the seal of upload {entries.id} any more: restore it "
                "from the bucket's soft-deleted objects",
            )
        number, seal = found
        messages = sealed_messages(received, number, seal, staging_bucket=self.staging_bucket)
        publish_all(self.publisher, self.topic, messages)
        attempt.mark_republished(self.clock())
