"""What the functions need of the world, and nothing of how Google Cloud spells it.

Implementations: `csvgate.gcp` (real), the tests' small fakes; one contract suite holds both.
Every method raises `Transient` or `Permanent` and no library's own exception.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

Clock = Callable[[], datetime]
"""Now, in UTC, with its time zone."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    bucket: str
    name: str
    generation: int
    size: int
    """Stored bytes; compressed ones when `content_encoding` is gzip."""
    content_encoding: str | None
    created: datetime


CREATE_BYTES: Final = 8 * 1024 * 1024
"""The most that `create` takes: one request."""


class ObjectStore(Protocol):
    """Cloud Storage, strongly consistent for reads and listings. Without the bucket, everything
    raises Transient `storage.missing`: nothing can be said of its objects."""

    def stat(self, bucket: str, name: str, generation: int | None = None) -> ObjectInfo | None:
        """None when there is no such object (or no longer this generation of it)."""

    def stream(self, bucket: str, name: str, generation: int) -> Iterator[bytes]:
        """The stored bytes of exactly this generation, never decompressed, in pieces of at most a
        few MiB. Raises Permanent `object.gone` when the generation no longer exists."""

    def read(self, bucket: str, name: str, generation: int | None = None) -> bytes | None:
        """A small object's stored bytes whole; None when there is none."""

    def create(self, bucket: str, name: str, data: bytes, content_type: str) -> bool:
        """Write it only if it does not exist yet; False when somebody was first. Of all callers
        one at most hears True, whatever the bytes. Raises Permanent
        `storage.too_large` over CREATE_BYTES."""

    def writer(self, bucket: str, name: str, content_type: str) -> AbstractContextManager[BinaryIO]:
        """Stream an object up in bounded memory. It appears, replacing any earlier one, when the
        context ends without an exception, and not at all otherwise; closing it in between, as
        TextIOWrapper does, means nothing."""

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        """Names under the prefix, in lexicographic order."""


@dataclass(frozen=True, slots=True)
class Message:
    """A Pub/Sub message: at most 10 MB, attributes of at most 1,024 bytes each."""

    data: bytes
    attributes: Mapping[str, str] = field(default_factory=dict)


class Receipt(Protocol):
    def wait(self) -> str:
        """Block until the service has the message; its id. Raises Transient or Permanent."""


class Publisher(Protocol):
    def publish(self, topic: str, message: Message) -> Receipt:
        """Start publishing to a topic of this project; safe only after the receipt's wait. Blocks
        while too much is on its way. Raises Permanent `message.too_large`."""


@dataclass(frozen=True, slots=True)
class Column:
    """A BigQuery column: `type` as DDL spells it, for instance `NUMERIC(12, 2)`."""

    name: str
    type: str
    required: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class TableSpec:
    dataset: str
    table: str
    columns: tuple[Column, ...]
    partition_by: str | None = None
    cluster_by: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.dataset}.{self.table}"


class Warehouse(Protocol):
    """BigQuery: the table and the pending streams of the Storage Write API."""

    def ensure_table(self, spec: TableSpec) -> None:
        """Create the table when it is missing. Raises Permanent `table.contradicts` naming every
        column at fault when it exists and cannot take our rows, `table.no_dataset` without its
        dataset."""

    def create_stream(self, spec: TableSpec) -> str:
        """A new PENDING stream's name."""

    def append(
        self, stream: str, schema: "pa.Schema", batches: Iterable[tuple[int, "pa.RecordBatch"]]
    ) -> None:
        """Append each batch at its row offset, in order; one that is there already is a success.
        Each must fit a request (`csvgate.chunks.append_requests`). Raises Transient `append.gap`
        when rows before a batch are missing, `stream.committed`, `table.schema` when the table
        changed; Permanent `rows.refused`, `stream.gone` (expired, or its table dropped),
        `stream.short` when it was finalized without these rows."""

    def finalize(self, stream: str) -> int:
        """Close the stream to appends; its row count. May be repeated. Raises Transient
        `stream.committed`, Permanent `stream.gone`."""

    def commit(self, spec: TableSpec, streams: Sequence[str]) -> None:
        """Make the rows of all streams visible at once. Already committed is a success, and so are
        no streams. Raises Transient `commit.refused` when one is not finalized,
        `commit.contradictory` when only some are committed; Permanent `stream.gone`."""


@dataclass(frozen=True, slots=True)
class Email:
    sender: str
    recipients: tuple[str, ...]
    subject: str
    html: str
    text: str
    custom_args: Mapping[str, str] = field(default_factory=dict)


class Mailer(Protocol):
    def send(self, email: Email) -> str:
        """Hand the email to the service; its message id. Raises Transient on 429, 5xx and no
        connection (`mail.unsent` when it certainly was not sent, `mail.unknown` when it may have
        been), Permanent `mail.refused` on any other 4xx."""
