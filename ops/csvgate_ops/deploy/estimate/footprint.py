"""Count the requests that one upload makes to each service, as the functions make them.

It assumes that everything is delivered once, and that chunks are enriched after the last one was
published, which needs the most listings. Retries are not counted. tests/unit/deploy/estimate
compares the counts with the pipeline itself.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from math import ceil, log2
from typing import Final

from csvgate.chunks.append_requests import REQUEST_BYTES
from csvgate.chunks.arrow import MAX_BYTES
from csvgate.protocol.identity import Upload, digest
from csvgate.protocol.ledger.ledger import FEW_CHUNKS
from csvgate.protocol.messages.validated_records import Chunk, chunk_message
from csvgate.validation.batch import Limits
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize

PAGE: Final = 1000
"""Names per page of a listing (csvgate.gcp.storage)."""
ENVELOPE_BYTES: Final = 20 + 16
"""Pub/Sub charges for a message's timestamp and id."""
EVENT_BYTES: Final = 1500
"""A Storage event with its attributes. The dead letter for rejected rows is as large."""
MARKER_BYTES: Final = 700
"""The marker or completion event of an upload with few reasons, including attributes."""
REASON_BYTES: Final = 1000
"""Added to it if rows were rejected: reasons with examples."""
LEAST_BYTES: Final = 1000
"""The minimum charged for each request that publishes or delivers."""


@dataclass(frozen=True, slots=True)
class StorageUse:
    writes: int
    """Class A operations: writes and pages of listings."""
    reads: int
    """Class B operations."""
    ledger_objects: int


@dataclass(frozen=True, slots=True)
class Footprint:
    chunks: int
    appends: int
    validate: StorageUse
    enrich: StorageUse
    notify: StorageUse
    topics: dict[str, tuple[int, int]]
    """Topic, by its role in the pipeline → number of messages, and bytes as Pub/Sub charges
    them."""

    @property
    def writes(self) -> int:
        """Includes the upload itself."""
        return 1 + sum(use.writes for use in (self.validate, self.enrich, self.notify))

    @property
    def reads(self) -> int:
        """Includes the notification of the upload."""
        return 1 + sum(use.reads for use in (self.validate, self.enrich, self.notify))

    @property
    def ledger_objects(self) -> int:
        return sum(use.ledger_objects for use in (self.validate, self.enrich, self.notify))

    @property
    def deliveries(self) -> int:
        """Requests to functions: the event, each chunk, the marker and the completion event."""
        return 1 + (self.chunks + 1) + 1


def footprint(
    size: UploadSize, shape: Shape, *, chunk_bytes: int, instances: int = 1, range_bytes: int
) -> Footprint:
    """Count an upload's requests. `instances` of enrich_records share the chunks. `range_bytes` is
    how much of an object csvgate.gcp.storage reads per request."""
    chunks = chunk_count(size, shape, chunk_bytes)
    return Footprint(
        chunks=chunks,
        appends=chunks * ceil(size.table_bytes / chunks / REQUEST_BYTES) if chunks else 0,
        validate=_validate(size, shape, range_bytes),
        enrich=_enrich(chunks, shape, min(instances, chunks + 1)),
        notify=StorageUse(2, 1, 2) if shape.emails else StorageUse(0, 0, 0),
        topics=_topics(size, chunks),
    )


def chunk_count(size: UploadSize, shape: Shape, chunk_bytes: int) -> int:
    """Return the number of chunks. A batch ends with the record that reaches its limit of bytes or
    cells, and its chunk is halved while it is too large for a message."""
    if not size.valid:
        return 0
    limits = Limits.of(chunk_bytes, shape.fields)
    rows = min(ceil(limits.size * size.rows / size.csv_bytes), limits.rows)
    batches = ceil(size.rows / max(1, rows))
    halvings = ceil(log2(max(1.0, size.wire_bytes / batches / MAX_BYTES)))
    chunks: int = batches * 2**halvings
    return min(size.valid, chunks)


def _validate(size: UploadSize, shape: Shape, range_bytes: int) -> StorageUse:
    rejected = 1 if size.rejected else 0
    # The entries received, plan and validated; with rejected rows also lines and the note that
    # their dead letter is sent.
    created = 3 + 2 * rejected + (1 if shape.refuses_overwrite else 0)
    reads = (
        4  # the entries finished, received, abandoned and validated
        + 2 * shape.references  # the reference's generation, and its copy in the ledger
        + shape.foreign_keys
        + 1  # the object's metadata, then its ranges
        + ceil(size.stored_bytes / range_bytes)
        + rejected  # the note that the dead letter is sent
    )
    return StorageUse(writes=created + rejected, reads=reads, ledger_objects=created)


def _enrich(chunks: int, shape: Shape, instances: int) -> StorageUse:
    # Each chunk checks which chunks are done: it reads their entries if there are few chunks.
    # Otherwise it lists two entries for each chunk so far, itself included.
    few = chunks <= FEW_CHUNKS
    listings = 0 if few else sum(ceil(2 * (done + 1) / PAGE) for done in range(chunks))
    created = 2 * chunks + 3  # stream and done of each chunk; outcome, committed, finished
    reads = (
        instances * (2 + shape.lookups)  # received, plan, and the copies of references
        + 6 * chunks  # finished, outcome, done, stream (twice), validated
        + 1  # committed
        + chunks  # the stream of each chunk, for the commit
        + (chunks * chunks if few else 0)
        + (1 if chunks else 2)  # the marker: finished; without rows also validated
    )
    return StorageUse(writes=created + listings, reads=reads, ledger_objects=created)


@cache
def chunk_attribute_bytes() -> int:
    """Return the bytes that the attributes of one chunk message have, as Pub/Sub counts them."""
    upload = Upload("bucket", "name", 1)
    chunk = Chunk(upload.id, digest("plan", length=16), 0, 10_000, b"")
    received_at = datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)
    message = chunk_message(chunk, received_at=received_at, trace=upload.traceparent)
    return sum(len(name) + len(value) for name, value in message.attributes.items())


def _topics(size: UploadSize, chunks: int) -> dict[str, tuple[int, int]]:
    reasons = REASON_BYTES if size.rejected else 0
    messages = {
        "events": (1, EVENT_BYTES),
        "validated": (
            chunks + 1,
            size.wire_bytes
            + chunks * (chunk_attribute_bytes() + ENVELOPE_BYTES)
            + MARKER_BYTES
            + reasons
            + ENVELOPE_BYTES,
        ),
        "complete": (1, MARKER_BYTES + reasons + ENVELOPE_BYTES),
        "dead_letter": (1, EVENT_BYTES + ENVELOPE_BYTES) if size.rejected else (0, 0),
    }
    return {name: (n, max(volume, n * LEAST_BYTES)) for name, (n, volume) in messages.items()}
