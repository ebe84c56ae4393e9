"""Restart an upload whose pending write streams are lost.

The ledger pins those streams, so sending the same chunks again would fail again. Instead the upload
is read again under another plan. This cannot duplicate rows: only the plan that holds the upload's
outcome claim commits, and a plan is abandoned only while no plan holds the claim.
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
    """Return whether a replay has to restart the upload. Once another plan has finished the upload,
    there is nothing to restart, and sending the message again is harmless. Raises Transient."""
    if letter.code != LOST or not letter.upload or not _plan(letter):
        return False
    return not context.ledger.upload(letter.upload).is_finished()


def restart_message(letter: DeadLetter, context: DeadLetterContext) -> Message:
    """Return the Storage notification that makes validate_and_parse read the upload again. Raises
    Unreplayable, Transient."""
    entries = context.ledger.upload(letter.upload)
    received, claim = entries.received(), entries.outcome_claim()
    if received is None:
        raise Unreplayable(
            "the ledger has no entry of its upload: upload the file again, and discard this letter"
        )
    if claim is not None:
        started = f"{claim.at:%Y-%m-%d %H:%M}"
        raise Unreplayable(
            f"a commit of its upload was started at {started}, and only BigQuery knows"
            f" whether it succeeded. If the table has no row with _upload_id = '{letter.upload}',"
            " upload the file again; then discard this letter"
        )
    ref = received.upload
    if context.store.stat(ref.bucket, ref.name, ref.generation) is None:
        raise Unreplayable(
            f"gs://{ref.bucket}/{ref.name}#{ref.generation} no longer exists, so it cannot be read"
            " again: upload the file again, and discard this letter"
        )
    return _notification(received)


def abandon(letter: DeadLetter, context: DeadLetterContext) -> None:
    """Abandon the letter's plan, before the notification is sent. Repeating it changes nothing."""
    entries = context.ledger.upload(letter.upload)
    entries.plan(_plan(letter)).abandon(context.clock())


def _plan(letter: DeadLetter) -> str:
    """Return the letter's plan id. It becomes part of an object name in the ledger, so anything
    that does not look like one of csvgate's ids is ignored."""
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
