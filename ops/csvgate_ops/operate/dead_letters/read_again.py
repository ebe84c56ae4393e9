"""Read an upload again from its file, for letters whose own message cannot succeed any more.

The message of a chunk names an object in the staging bucket. When that object is gone, a replay
sends the Storage notification of the upload instead. validate_and_parse then reads the same
generation, stages its chunks and announces them again; if the file is gone too, it ends the upload
as rejected. That cannot duplicate rows, because an attempt to load the upload is opened only when
no earlier one can take effect.
"""

from dataclasses import dataclass
from typing import Final

from csvgate.ports import Message
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate_ops.operate.dead_letters.content.original import Unreplayable
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.storage_notification import object_finalized

MISSING: Final = "chunk.missing"


def needs_reading(letter: DeadLetter, context: DeadLetterContext) -> bool:
    """Return whether a replay has to make the pipeline read the upload again. Once the upload has
    ended there is nothing to read, and sending the message again is harmless. Raises Transient."""
    if letter.code != MISSING or not letter.upload:
        return False
    return end_of_upload(context.ledger.upload(letter.upload)) is None


@dataclass(frozen=True, slots=True)
class Reading:
    """The message that makes validate_and_parse read an upload again."""

    message: Message
    purpose: str
    """What validate_and_parse will do, as the end of a sentence."""


def reading_of(letter: DeadLetter, context: DeadLetterContext) -> Reading:
    """Return the Storage notification of the letter's upload. Raises Unreplayable, Transient."""
    received = context.ledger.upload(letter.upload).received()
    if received is None:
        raise Unreplayable(
            "the ledger has no entry of its upload: upload the file again, and discard this letter"
        )
    ref = received.upload
    info = context.store.stat(ref.bucket, ref.name, ref.generation)
    message = object_finalized(
        bucket=ref.bucket,
        name=ref.name,
        generation=ref.generation,
        size=received.size,
        crc32c=received.crc32c,
        created=received.created_at,
        content_encoding=info.content_encoding if info else None,
    )
    if info is None:
        return Reading(message, "so that its upload ends as rejected: its file is gone")
    return Reading(message, "so that its upload is read again")
