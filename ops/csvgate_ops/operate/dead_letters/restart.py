"""Letters of uploads whose pending write streams are lost: the ledger pins those streams, so the
same chunks again would only meet them again. The upload is read again under another plan instead.

It cannot double rows: only the plan that holds the upload's claim commits, and this abandons a plan
only while nobody holds it.
"""

import json
from datetime import UTC
from typing import Final

from csvgate.ports import Message
from csvgate.protocol.dead_letters import PREFIX
from csvgate.protocol.identity import is_identifier
from csvgate.protocol.ledger.entries import Received
from csvgate_ops.operate.dead_letters.content.original import NOTIFICATION, Unreplayable
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

LOST: Final = "stream.gone"


def needs_restart(letter: DeadLetter, context: DeadLetterContext) -> bool:
    """Also after its upload was ended by another plan there is nothing to restart: its message is
    as harmless as any. Raises Transient."""
    if letter.code != LOST or not letter.upload or not _plan(letter):
        return False
    return not context.ledger.upload(letter.upload).is_finished()


def restart_message(letter: DeadLetter, context: DeadLetterContext) -> Message:
    """The Storage notification that makes validate_and_parse read the upload again. Raises
    Unreplayable, Transient."""
    entries = context.ledger.upload(letter.upload)
    received, claim = entries.received(), entries.outcome_claim()
    if received is None:
        raise Unreplayable("the ledger does not know its upload: upload the file again, discard it")
    if claim is not None:
        begun = f"{claim.at:%Y-%m-%d %H:%M}"
        raise Unreplayable(
            f"a commit of its upload was begun at {begun}, and only BigQuery knows"
            f" how it ended. If the table has no row with _upload_id = '{letter.upload}', upload"
            " the file again; then discard this letter"
        )
    ref = received.upload
    if context.store.stat(ref.bucket, ref.name, ref.generation) is None:
        raise Unreplayable(
            f"gs://{ref.bucket}/{ref.name}#{ref.generation} is gone, so it cannot be read again: "
            "upload the file again, and discard this letter"
        )
    return _notification(received)


def abandon(letter: DeadLetter, context: DeadLetterContext) -> None:
    """Done before the notification is sent. Doing it again changes nothing."""
    entries = context.ledger.upload(letter.upload)
    entries.plan(_plan(letter)).abandon(context.clock())


def _plan(letter: DeadLetter) -> str:
    """Empty unless it is one of csvgate's: it becomes part of a ledger object's name."""
    found = letter.attributes.get(f"{PREFIX}plan", "")
    return found if is_identifier(found) else ""


def _notification(received: Received) -> Message:
    ref = received.upload
    resource = {
        "bucket": ref.bucket,
        "name": ref.name,
        "generation": str(ref.generation),
        "size": str(received.size),
        "contentType": "text/csv",
    }
    return Message(
        json.dumps(resource).encode(),
        {
            **NOTIFICATION,
            "bucketId": ref.bucket,
            "objectId": ref.name,
            "objectGeneration": str(ref.generation),
            "eventTime": received.received_at.astimezone(UTC).isoformat(),
        },
    )
