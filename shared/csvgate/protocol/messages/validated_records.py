"""Messages of the topic validated-records: the chunks of an upload, and its marker.

They carry no rows. validate_and_parse publishes them from the standing seal, possibly several
times; enrich_records may receive them in any order. An upload with one chunk has one message, the
marker with the chunk's address. Identifiers are the same on every delivery of an upload.
"""

from typing import Final

from cloudevents.http import CloudEvent
from pydantic import ValidationError

from csvgate.light_dataclass import dataclass
from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import JSON, event_of, message_of
from csvgate.protocol.events import (
    RECORDS_VALIDATED,
    UPLOAD_VALIDATED,
    ChunkAddress,
    Payload,
    UploadValidated,
)
from csvgate.protocol.identity import is_sha256
from csvgate.protocol.ledger.entries import Received, Seal
from csvgate.protocol.messages.attributes import (
    DATAREF,
    PLAN,
    SEAL,
    TRACE,
    UPLOAD,
    identifier,
    number,
)
from csvgate.protocol.staging import staged_uri
from csvgate.runtime.errors import Permanent
from csvgate.runtime.library_words import library_words

_SOURCE: Final = "//csvgate/validate_and_parse"


@dataclass(frozen=True, slots=True)
class SealedUpload:
    """What a message announces: an upload whose seal stands, and perhaps one of its chunks."""

    upload: str
    plan: str
    seal: int
    chunk: ChunkAddress | None
    """None for the marker of an upload that does not have exactly one chunk."""
    marker: UploadValidated | None = None
    """None for the event of a chunk."""


def sealed_messages(
    received: Received, number: int, seal: Seal, *, staging_bucket: str
) -> list[Message]:
    """Return the messages that announce a seal: one for each chunk and then the marker."""
    upload = received.upload.id
    chunks = [_address(upload, seal, index, staging_bucket) for index in range(len(seal.chunks))]
    only = chunks[0] if len(chunks) == 1 else None
    marker = _marker(received, number, seal, only)
    found = [] if only else [_chunk_message(received, number, seal, chunk) for chunk in chunks]
    return [*found, _marker_message(received, marker, only)]


def require_sealed(
    work: SealedUpload, received: Received, seal: Seal, *, staging_bucket: str
) -> None:
    """Raises Permanent `event.malformed` if the message is not one of those that announce the seal
    it names. Whoever may publish to the topic can change nothing about an upload."""
    if work.plan != seal.plan:
        raise _contradiction("ce-plan", work.plan, seal.plan)
    chunk, only = work.chunk, None
    if len(seal.chunks) == 1:
        only = _address(work.upload, seal, 0, staging_bucket)
    if chunk is not None:
        if chunk.index >= len(seal.chunks):
            raise Permanent(
                "event.malformed", f"chunk {chunk.index}: the seal lists {len(seal.chunks)} chunks"
            )
        _require_equal(chunk, _address(work.upload, seal, chunk.index, staging_bucket))
    if work.marker is not None:
        _require_equal(work.marker, _marker(received, work.seal, seal, only))


def _require_equal(claimed: Payload, sealed: Payload) -> None:
    """Raises Permanent `event.malformed` for the first field that differs."""
    for name in type(sealed).model_fields:
        ours, theirs = getattr(sealed, name), getattr(claimed, name)
        if theirs != ours:
            raise _contradiction(name, theirs, ours)


def _contradiction(name: str, claimed: object, sealed: object) -> Permanent:
    return Permanent(
        "event.malformed",
        f"{name}: {claimed!s:.200} contradicts the seal of the upload, which says {sealed!s:.200}",
    )


def _address(upload: str, seal: Seal, index: int, staging_bucket: str) -> ChunkAddress:
    chunk = seal.chunks[index]
    return ChunkAddress(
        index=index,
        rows=chunk.rows,
        sha256=chunk.sha256,
        dataref=staged_uri(staging_bucket, upload, chunk.sha256),
    )


def _marker(
    received: Received, number: int, seal: Seal, only: ChunkAddress | None
) -> UploadValidated:
    return UploadValidated(
        upload=received.upload,
        plan=seal.plan,
        seal=number,
        dataset=received.dataset,
        status=seal.status,
        counts=seal.counts,
        stopped_at=seal.stopped_at,
        chunks=len(seal.chunks),
        chunk=only,
        validated_at=seal.at,
    )


def _chunk_message(received: Received, number: int, seal: Seal, chunk: ChunkAddress) -> Message:
    attributes = {
        "type": RECORDS_VALIDATED,
        "id": f"{received.upload.id}-{number}-{chunk.index:06d}",
        DATAREF: chunk.dataref,
    }
    return _message(received, number, seal.plan, seal.at.isoformat(), attributes, chunk)


def _marker_message(
    received: Received, marker: UploadValidated, only: ChunkAddress | None
) -> Message:
    attributes = {"type": UPLOAD_VALIDATED, "id": f"{received.upload.id}-{marker.seal}-validated"}
    if only:
        attributes[DATAREF] = only.dataref
    time = marker.validated_at.isoformat()
    return _message(received, marker.seal, marker.plan, time, attributes, marker)


def _message(
    received: Received,
    number: int,
    plan: str,
    time: str,
    attributes: dict[str, str],
    payload: ChunkAddress | UploadValidated,
) -> Message:
    event = CloudEvent(
        {
            **attributes,
            "source": _SOURCE,
            "time": time,
            "subject": received.upload.id,
            "datacontenttype": JSON,
            TRACE: received.trace,
            UPLOAD: received.upload.id,
            PLAN: plan,
            SEAL: str(number),
        },
        payload.model_dump_json().encode(),
    )
    return message_of(event)


def parse_validated_records(message: Message) -> SealedUpload:
    """Raises Permanent `event.malformed` naming what is wrong with the message."""
    event = event_of(message)
    upload, plan = identifier(event, UPLOAD), identifier(event, PLAN)
    seal = number(event, SEAL)
    if not seal:
        raise Permanent("event.malformed", f"ce-{SEAL}: seals are numbered from 1")
    kind, marker = event["type"], None
    try:
        if kind == UPLOAD_VALIDATED:
            marker = UploadValidated.model_validate_json(message.data)
            chunk = marker.chunk
        elif kind == RECORDS_VALIDATED:
            chunk = ChunkAddress.model_validate_json(message.data)
        else:
            raise Permanent(
                "event.malformed", f"validated-records carries no events of type {kind:.80}"
            )
    except ValidationError as error:
        raise Permanent(
            "event.malformed", f"not an event of type {kind}: {library_words(error)}"
        ) from error
    if chunk is not None and not is_sha256(chunk.sha256):
        raise Permanent("event.malformed", f"sha256: not a digest: {chunk.sha256!r:.80}")
    return SealedUpload(upload, plan, seal, chunk, marker)
