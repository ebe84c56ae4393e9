"""The services that the functions need, independent of Google Cloud's own interfaces.

`csvgate.gcp` implements them over the real services, and the tests have small fakes; one suite of
contract tests runs against both. Methods raise `Transient` or `Permanent`, never a library's own
exceptions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol

from csvgate.light_dataclass import dataclass
from csvgate.runtime.errors import Transient

if TYPE_CHECKING:
    import pyarrow as pa

    from csvgate.effects.model import Conflict, Effect, Job, JobResult

Clock = Callable[[], datetime]
"""Returns the current time in UTC, with time zone."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """The metadata of one generation of an object."""

    bucket: str
    name: str
    generation: int
    size: int
    """Stored bytes; these are compressed if `content_encoding` is gzip."""
    content_encoding: str | None
    created: datetime
    crc32c: str
    """The CRC32C of the stored bytes in base64, as Cloud Storage reports it."""


CREATE_BYTES: Final = 8 * 1024 * 1024
"""The most bytes that `create` accepts, because it is one request."""


class ObjectWriter(Protocol):
    """An object that is being streamed up. Nothing of it can be seen before `finish`."""

    def write(self, data: bytes) -> int: ...

    def finish(self) -> ObjectInfo | None:
        """Make the object appear, unless another object has taken the name; then return None."""


class ObjectStore(Protocol):
    """Cloud Storage, which is strongly consistent for reads and listings. Every method raises
    Transient `storage.missing` if the bucket does not exist."""

    def stat(self, bucket: str, name: str, generation: int | None = None) -> ObjectInfo | None:
        """Return the object's metadata, or None if the object or this generation does not
        exist."""

    def stream(self, bucket: str, name: str, generation: int, size: int) -> Iterator[bytes]:
        """Yield the stored bytes of exactly this generation, without decompression, in pieces of
        at most a few MiB. `size` is what its metadata says in bytes; one byte more is yielded if
        the object is larger. The bytes may be damaged on their way: the caller compares their
        number and CRC32C. Raises Permanent `object.gone` if
        the generation does not exist any more."""

    def read(
        self, bucket: str, name: str, generation: int | None = None, max_bytes: int | None = None
    ) -> bytes | None:
        """Return all stored bytes of a small object, or None if it does not exist. Raises Permanent
        `storage.too_large` if it has more than `max_bytes`, without reading further."""

    def create(self, bucket: str, name: str, data: bytes, content_type: str) -> int | None:
        """Write the object if the name is free, and return its generation; None if it is taken. At
        most one of all callers gets a generation, even if the bytes are equal. Raises Permanent
        `storage.too_large` above CREATE_BYTES. If it raises Transient, the object may exist."""

    def writer(
        self, bucket: str, name: str, content_type: str, *, replace: bool = False
    ) -> AbstractContextManager[ObjectWriter]:
        """Stream an object up in bounded memory. It appears when `finish` is called, and not at all
        if the context ends without that. Only with `replace` does it take the place of an object
        that has the name."""

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        """Yield the names with this prefix, in lexicographic order."""

    def generations(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the metadata of every generation that the bucket has of objects with this prefix,
        noncurrent ones included, by name and then by generation."""


@dataclass(frozen=True, slots=True)
class Message:
    """A Pub/Sub message of at most 10 MB, with attributes of at most 1,024 bytes each."""

    data: bytes
    attributes: Mapping[str, str] = field(default_factory=dict)


class Receipt(Protocol):
    """A message that is being published."""

    def wait(self) -> str:
        """Block until the service has stored the message, and return its id. Raises Transient or
        Permanent."""


class Publisher(Protocol):
    """Pub/Sub, for publishing only."""

    def publish(self, topic: str, message: Message) -> Receipt:
        """Start publishing to a topic of this project. The message is stored only once the
        receipt's `wait` returns. Blocks while too many messages are in flight. Raises Permanent
        `message.too_large`."""


@dataclass(frozen=True, slots=True)
class Column:
    """A BigQuery column; `type` is written as in DDL, for example `NUMERIC(12, 2)`."""

    name: str
    type: str
    required: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Partitioning:
    """How a table is partitioned: by the time units of a column; by ranges of an integer column,
    from `start` to `end` (exclusive) in steps of `step`, and then `unit` is None; or, without a
    column, by the time at which rows arrive."""

    column: str | None
    unit: Literal["hour", "day", "month", "year"] | None = "day"
    start: int = 0
    end: int = 0
    step: int = 0


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What a table has besides its columns. What is empty or None is not managed by csvgate."""

    description: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    """Sorted by name."""
    partition_expiry_days: int | None = None
    require_partition_filter: bool | None = None
    primary_key: tuple[str, ...] = ()
    """BigQuery does not enforce it, but its optimiser relies on it: only for keys that csvgate
    keeps unique in the whole table."""


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A BigQuery table as the contract wants it."""

    dataset: str
    table: str
    columns: tuple[Column, ...]
    partition_by: Partitioning | None = None
    cluster_by: tuple[str, ...] = ()
    options: TableOptions = TableOptions()

    @property
    def id(self) -> str:
        return f"{self.dataset}.{self.table}"


@dataclass(frozen=True, slots=True)
class PartitionBounds:
    """The least and greatest value that a load has in its table's partition column."""

    column: str
    low: str
    """As a SQL literal without its type, for example `2026-11-21` or `2026-11-21 08:00:00+00`."""
    high: str


@dataclass(frozen=True, slots=True)
class LoadedRows:
    """What identifies the rows of one load among all rows of its table."""

    table: TableSpec
    upload: str
    """The value of `_upload_id`, which a correction shares with its original."""
    ingested_at: datetime
    """The value of `_ingested_at`, which no other load of this upload has."""
    bounds: PartitionBounds | None


class StreamGone(Transient):
    """`stream.gone`: the service does not find the stream. It reports the same for streams and
    tables that were created seconds ago, so the caller judges by the stream's age."""


class StreamShort(Transient):
    """`stream.short`: the stream was finalized before it had all rows of the append."""


class StreamCommitted(Transient):
    """`stream.committed`: the pending stream was committed, by this delivery or another one."""


StreamKind = Literal["pending", "committed"]
"""Rows of a pending stream become visible when the stream is committed, and rows of a COMMITTED
stream at once."""


class Warehouse(Protocol):
    """BigQuery tables and the write streams of its Storage Write API. Calls that exceed a quota are
    repeated with growing pauses before they raise Transient `bigquery.throttled`."""

    def ensure_table(self, spec: TableSpec) -> None:
        """Create the table if it is missing. Raises Permanent `table.contradicts`, which names
        every mismatched column, if it exists and cannot hold our rows, and `table.no_dataset` if
        its dataset does not exist."""

    def create_stream(self, spec: TableSpec, kind: StreamKind) -> str:
        """Create a stream and return its name."""

    def append(
        self, stream: str, schema: "pa.Schema", batches: Iterable[tuple[int, "pa.RecordBatch"]]
    ) -> None:
        """Append each batch at its row offset, in order; a batch that is already there is a
        success. Each must fit in a request (`csvgate.chunks.append_requests`). A request with a row
        that the table refuses appends nothing. Raises Transient `append.gap` if rows before a batch
        are missing, `table.schema` if the table changed, StreamCommitted, StreamGone and
        StreamShort; Permanent `rows.refused`."""

    def append_once(self, stream: str, offset: int, rows: "pa.RecordBatch") -> bool:
        """Append the rows in exactly one request. Return True if this request appended them, and
        False if rows were already there at this offset. Raises like `append`, except that a
        Transient failure leaves open whether the rows were appended, or will be."""

    def finalize(self, stream: str) -> int:
        """Close the stream to appends and return its row count. Can be repeated. Raises StreamGone
        and, for a pending stream, StreamCommitted."""

    def commit(self, spec: TableSpec, streams: Sequence[str]) -> None:
        """Make the rows of all pending streams visible at once. It succeeds if at least one of them
        is committed already, because the service commits all or none, and without streams. Raises
        Transient `commit.refused` if a stream is not finalized, and StreamGone."""

    def count_rows(self, load: LoadedRows) -> int:
        """Return how many rows of a load a query sees now; 0 if the table does not exist."""

    def location(self, dataset: str) -> str:
        """Return the dataset's location. Raises Permanent `table.no_dataset`."""

    def ensure_staging(self, spec: TableSpec, staging: str, expires: datetime) -> TableSpec:
        """Create a staging table with the columns of `spec` in its dataset, if it is missing, and
        return its specification. It has no partitions, and BigQuery deletes it at `expires`."""

    def start(self, job: "Job", effect: "Effect") -> None:
        """Start the job, unless this id was started before: then it has no effect. If it raises
        Transient, the job may have started, or may start later: start the same id again."""

    def result(self, job: "Job", wait_seconds: float) -> "JobResult | None":
        """Return the state of a job after waiting for its end for at most this long; None if no job
        has this id (so far: `start` may still be on its way)."""

    def conflicts(self, effect: "Effect", most: int) -> "list[Conflict]":
        """Return staged rows of an InsertUnique whose keys the table has, by line, at most `most`;
        the row of the table is the one with the least `_upload_id` and line. None if one of the
        two tables is gone: a staging table expires."""


@dataclass(frozen=True, slots=True)
class Email:
    """An email as both HTML and plain text."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    html: str
    text: str
    custom_args: Mapping[str, str] = field(default_factory=dict)


SEND_SECONDS: Final = 20
"""The most seconds that one `send` takes, from connecting to the end of the answer. The lease of an
email's claim is longer (`notification.send_once`)."""


class Mailer(Protocol):
    """A service that sends emails."""

    def send(self, email: Email) -> str:
        """Hand the email to the service and return its message id. Nothing is sent any more after
        SEND_SECONDS. Raises Transient `mail.unsent` (429, 5xx, a failed connection: certainly not
        sent), `mail.credits` (the account's emails are used up: certainly not sent) and
        `mail.unknown` (it may have been sent), and Permanent `mail.refused` on any other 4xx."""
