"""Messages of the topic validated-records: the chunks of an upload, and its marker.

validate_and_parse publishes the chunks and then the marker; enrich_records may receive them in any
order and several times. Identifiers are the same on every delivery of an upload.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cloudevents.http import CloudEvent

from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import ARROW_STREAM, JSON, event_of, message_of
from csvgate.protocol.events import RECORDS_VALIDATED, UPLOAD_VALIDATED, UploadValidated
from csvgate.protocol.messages.attributes import (
    CHUNK,
    CORRECTS,
    PLAN,
    ROWS,
    TRACE,
    UPLOAD,
    identifier,
    number,
)
from csvgate.runtime.errors import Permanent

_SOURCE: Final = "//csvgate/validate_and_parse"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of an upload's valid records."""

    upload: str
    plan: str
    index: int
    """From 0."""
    rows: int
    data: bytes = field(repr=False)
    """An Arrow stream (`csvgate.chunks.arrow`)."""
    corrects: str | None = None
    """The upload whose rejected rows these are, when the upload is a correction."""

    @property
    def rows_of(self) -> str:
        """The `_upload_id` of the rows: corrected rows keep that of their original."""
        return self.corrects or self.upload


@dataclass(frozen=True, slots=True)
class Marker:
    """All chunks of the upload have been published. What was found is in the ledger
    (`validated.json`), not taken from the message."""

    upload: str
    plan: str


def chunk_message(chunk: Chunk, *, received_at: datetime, trace: str) -> Message:
    """`received_at`: when the upload was received, the same on every delivery."""
    corrects = {CORRECTS: chunk.corrects} if chunk.corrects else {}
    event = CloudEvent(
        {
            "type": RECORDS_VALIDATED,
            "source": _SOURCE,
            "id": f"{chunk.upload}-{chunk.plan}-{chunk.index:06d}",
            "time": received_at.isoformat(),
            "subject": chunk.upload,
            "datacontenttype": ARROW_STREAM,
            TRACE: trace,
            UPLOAD: chunk.upload,
            PLAN: chunk.plan,
            CHUNK: str(chunk.index),
            ROWS: str(chunk.rows),
            **corrects,
        },
        chunk.data,
    )
    return message_of(event)


def marker_message(validated: UploadValidated, *, trace: str) -> Message:
    event = CloudEvent(
        {
            "type": UPLOAD_VALIDATED,
            "source": _SOURCE,
            "id": f"{validated.upload.id}-{validated.plan}-validated",
            "time": validated.validated_at.isoformat(),
            "subject": validated.upload.id,
            "datacontenttype": JSON,
            TRACE: trace,
            UPLOAD: validated.upload.id,
            PLAN: validated.plan,
        },
        validated.model_dump_json().encode(),
    )
    return message_of(event)


def parse_validated_records(message: Message) -> Chunk | Marker:
    """Raises Permanent `event.malformed` naming the attribute at fault."""
    event = event_of(message)
    upload, plan = identifier(event, UPLOAD), identifier(event, PLAN)
    kind = event["type"]
    if kind == UPLOAD_VALIDATED:
        return Marker(upload, plan)
    if kind != RECORDS_VALIDATED:
        raise Permanent("event.malformed", f"validated-records carries no events of type {kind}")
    corrects = identifier(event, CORRECTS) if CORRECTS in event.get_attributes() else None
    index, rows = number(event, CHUNK), number(event, ROWS)
    return Chunk(upload, plan, index, rows, message.data, corrects)
