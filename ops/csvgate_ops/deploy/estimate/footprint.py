"""Count the requests that one upload makes to each service, as the functions make them.

It assumes warm instances, which have loaded another upload under the same contract, and messages
that are delivered once and one after the other. Retries are not counted.
tests/unit/deploy/estimate compares the counts with the pipeline itself.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from math import ceil, log2
from typing import Final, Literal

from csvgate.chunks.append_requests import REQUEST_BYTES
from csvgate.chunks.arrow import MAX_BYTES
from csvgate.contracts.effects import Disposition
from csvgate.ports import Message
from csvgate.protocol.events import Counts, UploadRef
from csvgate.protocol.identity import PROTOCOL_VERSION, Upload, digest
from csvgate.protocol.ledger.entries import INLINE_LINES, Received, Seal, StagedChunk
from csvgate.protocol.ledger.ledger import FEW_CHUNKS
from csvgate.protocol.messages.validated_records import sealed_messages
from csvgate.validation.batch import Limits
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize

PAGE: Final = 1000
"""Names per page of a listing (csvgate.gcp.storage)."""
ENVELOPE_BYTES: Final = 20 + 16
"""Pub/Sub charges for a message's timestamp and id."""
EVENT_BYTES: Final = 1500
"""A Storage event with its attributes. The dead letter for rejected rows is as large."""
COMPLETION_BYTES: Final = 700
"""The completion event of an upload with few reasons, including attributes."""
REASON_BYTES: Final = 1000
"""Added to it if rows were rejected: reasons with examples."""
LEAST_BYTES: Final = 1000
"""The minimum charged for each request that publishes or delivers."""
Lane = Literal["none", "shared", "pending"]
"""How rows are loaded: there are none, they share a stream, or each chunk has a stream."""


@dataclass(frozen=True, slots=True)
class StorageUse:
    writes: int
    """Class A operations: writes and pages of listings."""
    reads: int
    """Class B operations."""
    ledger_objects: int

    def __add__(self, other: "StorageUse") -> "StorageUse":
        return StorageUse(
            self.writes + other.writes,
            self.reads + other.reads,
            self.ledger_objects + other.ledger_objects,
        )


@dataclass(frozen=True, slots=True)
class Footprint:
    chunks: int
    lane: Lane
    appends: int
    validate: StorageUse
    enrich: StorageUse
    notify: StorageUse
    topics: dict[str, tuple[int, int]]
    """Topic, by its role in the pipeline → number of messages, and bytes as Pub/Sub charges
    them."""
    has_statement: bool = False
    """Whether the rows reach the table by a statement."""
    sidecars: int = 0
    """Objects that are uploaded beside the file, each of which has a Storage event of its own."""

    @property
    def writes(self) -> int:
        """Includes the upload itself and that of its sidecar."""
        return (
            1 + self.sidecars + sum(use.writes for use in (self.validate, self.enrich, self.notify))
        )

    @property
    def reads(self) -> int:
        """Includes the notification of each uploaded object."""
        return (
            1 + self.sidecars + sum(use.reads for use in (self.validate, self.enrich, self.notify))
        )

    @property
    def ledger_objects(self) -> int:
        return sum(use.ledger_objects for use in (self.validate, self.enrich, self.notify))

    @property
    def streams(self) -> int:
        """Write streams that are created for this upload alone. Small uploads share those that an
        instance keeps."""
        return self.chunks if self.lane == "pending" else 0

    @property
    def loading_requests(self) -> int:
        """Requests to enrich_records: the messages of validated-records."""
        return self.topics["validated"][0]

    @property
    def deliveries(self) -> int:
        """Requests to functions: the events of the uploaded objects, what the upload announced, and
        the completion event."""
        return 1 + self.sidecars + self.loading_requests + 1


def footprint(
    size: UploadSize, shape: Shape, *, chunk_bytes: int, range_bytes: int, shares: bool = True
) -> Footprint:
    """Count an upload's requests. `range_bytes` is how much of an object csvgate.gcp.storage reads
    per request; `shares` is true if small uploads share write streams."""
    chunks = chunk_count(size, shape, chunk_bytes)
    lane: Lane = "pending" if chunks else "none"
    appends = shape.disposition == "append"  # others load into a staging table
    if shares and appends and chunks == 1 and size.table_bytes <= REQUEST_BYTES:
        lane = "shared"
    return Footprint(
        chunks=chunks,
        lane=lane,
        appends=chunks * ceil(size.table_bytes / chunks / REQUEST_BYTES) if chunks else 0,
        validate=_validate(size, shape, chunks, range_bytes),
        enrich=_enrich(chunks, lane) + _scope_log(shape.disposition, chunks),
        notify=StorageUse(2, 0, 2) if shape.recipients else StorageUse(0, 0, 0),
        topics=_topics(size, shape, chunks),
        has_statement=changes_table(shape.disposition, chunks),
        sidecars=int(shape.has_sidecar),
    )


def chunk_count(size: UploadSize, shape: Shape, chunk_bytes: int) -> int:
    """Return the number of chunks. A batch ends with the record that reaches its limit of bytes or
    cells, and its chunk is halved while it is too large."""
    if not size.valid:
        return 0
    limits = Limits.of(chunk_bytes, shape.fields)
    rows = min(ceil(limits.size * size.rows / size.csv_bytes), limits.rows)
    batches = ceil(size.rows / max(1, rows))
    halvings = ceil(log2(max(1.0, size.wire_bytes / batches / MAX_BYTES)))
    chunks: int = batches * 2**halvings
    return min(size.valid, chunks)


def _validate(size: UploadSize, shape: Shape, chunks: int, range_bytes: int) -> StorageUse:
    rejected = 1 if size.rejected else 0
    # The pin, the list of the day and the seal; with rejected rows the note that their dead letter
    # is sent, and their lines if there are many.
    created = 3 + rejected + (1 if size.rejected > INLINE_LINES else 0)
    # The event of the sidecar looks for a pin, and records and lists that the object is ignored.
    sidecar = 1 if shape.has_sidecar else 0
    created += shape.refuses_overwrite + shape.finds_identical + 2 * sidecar
    reads = (
        2 * sidecar  # the sidecar, and the pin for its event
        # The pin is read before the references of a first delivery are looked up.
        + (1 + shape.references if shape.references else 0)
        + shape.foreign_keys
        + max(1, ceil(size.stored_bytes / range_bytes))
        + rejected  # the note that the dead letter is sent
    )
    # Besides the ledger: the staged chunks, and the reject file.
    return StorageUse(writes=created + chunks + rejected, reads=reads, ledger_objects=created)


def _enrich(chunks: int, lane: Lane) -> StorageUse:
    if lane == "shared":
        # decision, the list of the day and finished; pin, seal and staged chunk.
        return StorageUse(writes=3, reads=3, ledger_objects=3)
    # Each chunk checks which other chunks are done: it reads their entries if there are few chunks.
    # Otherwise it lists two entries for each chunk so far, itself included.
    few = chunks <= FEW_CHUNKS
    listings = 0 if few else sum(ceil(2 * (done + 1) / PAGE) for done in range(chunks))
    messages = _messages(chunks)
    # After the last chunk, its delivery finds the decision that it has made; so does the marker.
    found = 2 if messages > chunks > 0 else 1
    created = 2 * chunks + 3  # stream and done of each chunk; decision, list, finished
    reads = (
        2 * messages  # pin and seal
        + chunks  # the staged chunk
        + 3 * chunks  # done; stream, for the claim and for the decision
        + (chunks * (chunks - 1) if few else 0)
        # Whether another chunk has failed: before the load, and after it unless all are done.
        + (2 * chunks - 1 if chunks > 1 else 0)
        + max(1, chunks)  # the decision, before there is one
        + 3 * found  # decision, dead, finished
    )
    return StorageUse(writes=created + listings, reads=reads, ledger_objects=created)


def changes_table(disposition: Disposition, chunks: int) -> bool:
    """Return whether a statement changes the table. Without rows only a replacement does."""
    if not chunks:
        return disposition == "replace_table"
    return disposition != "append"


def _scope_log(disposition: Disposition, chunks: int) -> StorageUse:
    """Count the requests for the log that puts the statements on a table in order."""
    if disposition == "append":
        return StorageUse(0, 0, 0)
    if not chunks and disposition not in ("replace", "replace_table"):
        # An upload without rows changes nothing: only the claim of its effect is looked up.
        return StorageUse(0, 1, 0)
    # The claim, twice: before the rows are made visible, and after the end of the log is known. The
    # search finds that the next number is free. What the last entry has left is read, except from
    # the log of an object name that has no entry yet.
    reads = 3 if disposition == "replace" else 4
    # The entry, the claim, and how the entry ended.
    return StorageUse(writes=3, reads=reads, ledger_objects=3)


def _messages(chunks: int) -> int:
    """Return how many messages announce the seal. The message of an only chunk is the marker."""
    return 1 if chunks <= 1 else chunks + 1


@cache
def announcement_bytes(chunks: int) -> int:
    """Return the bytes of the messages that announce a seal, as Pub/Sub counts them."""
    few = min(chunks, 2)
    sizes = [_volume(message) + ENVELOPE_BYTES for message in _sample(few)]
    return sum(sizes) + (chunks - few) * sizes[0]


def _sample(chunks: int) -> list[Message]:
    upload, at = Upload("bucket", "orders/2026-11-21.csv", 1_763_726_400_000_000), _AT
    plan = digest("plan", length=16)
    received = Received(
        upload=UploadRef.of(upload),
        plan=plan,
        dataset="orders",
        contract="",
        engine="",
        protocol=PROTOCOL_VERSION,
        chunk_bytes=0,
        hash_key="",
        references={},
        size=0,
        crc32c="",
        created_at=at,
        received_at=at,
        trace=upload.traceparent,
    )
    seal = Seal(
        plan=plan,
        status="valid",
        counts=Counts(read=10_000, valid=10_000, rejected=0),
        chunks=(StagedChunk(rows=10_000, bytes=0, sha256="0" * 64),) * chunks,
        ingested_at=at,
        at=at,
    )
    return sealed_messages(received, 1, seal, staging_bucket="project-staging")


_AT: Final = datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)


def _volume(message: Message) -> int:
    attributes = sum(len(name) + len(value) for name, value in message.attributes.items())
    return len(message.data) + attributes


def _topics(size: UploadSize, shape: Shape, chunks: int) -> dict[str, tuple[int, int]]:
    reasons = REASON_BYTES if size.rejected else 0
    objects = 2 if shape.has_sidecar else 1
    messages = {
        "events": (objects, objects * EVENT_BYTES),
        "validated": (_messages(chunks), announcement_bytes(chunks)),
        "complete": (1, COMPLETION_BYTES + reasons + ENVELOPE_BYTES),
        "dead_letter": (1, EVENT_BYTES + ENVELOPE_BYTES) if size.rejected else (0, 0),
    }
    return {name: (n, max(volume, n * LEAST_BYTES)) for name, (n, volume) in messages.items()}
