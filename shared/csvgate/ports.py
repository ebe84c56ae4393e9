"""The services that the functions need, independent of Google Cloud's own interfaces.

`csvgate.gcp` implements them over the real services, and the tests have small fakes; one suite of
contract tests runs against both. Methods raise `Transient` or `Permanent`, never a library's own
exceptions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

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


CREATE_BYTES: Final = 8 * 1024 * 1024
"""The most bytes that `create` accepts, because it is one request."""


class ObjectStore(Protocol):
    """Cloud Storage, which is strongly consistent for reads and listings. Every method raises
    Transient `storage.missing` if the bucket does not exist."""

    def stat(self, bucket: str, name: str, generation: int | None = None) -> ObjectInfo | None:
        """Return the object's metadata, or None if the object or this generation does not
        exist."""

    def stream(self, bucket: str, name: str, generation: int) -> Iterator[bytes]:
        """Yield the stored bytes of exactly this generation, without decompression, in pieces of
        at most a few MiB. Raises Permanent `object.gone` if the generation no longer exists."""

    def read(self, bucket: str, name: str, generation: int | None = None) -> bytes | None:
        """Return all stored bytes of a small object, or None if it does not exist."""

    def create(self, bucket: str, name: str, data: bytes, content_type: str) -> bool:
        """Write the object only if it does not exist yet. At most one of all callers gets True,
        even if the bytes are equal; the others get False. Raises Permanent `storage.too_large`
        above CREATE_BYTES."""

    def writer(self, bucket: str, name: str, content_type: str) -> AbstractContextManager[BinaryIO]:
        """Stream an object up in bounded memory. It appears, and replaces any earlier one, when
        the context ends without an exception, and not at all otherwise. Closing the file within
        the context, as TextIOWrapper does, has no effect."""

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        """Yield the names with this prefix, in lexicographic order."""


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
class TableSpec:
    """A BigQuery table as the contract wants it."""

    dataset: str
    table: str
    columns: tuple[Column, ...]
    partition_by: str | None = None
    cluster_by: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.dataset}.{self.table}"


class Warehouse(Protocol):
    """BigQuery tables and the pending streams of its Storage Write API."""

    def ensure_table(self, spec: TableSpec) -> None:
        """Create the table if it is missing. Raises Permanent `table.contradicts`, which names
        every mismatched column, if it exists and cannot hold our rows, and `table.no_dataset` if
        its dataset does not exist."""

    def create_stream(self, spec: TableSpec) -> str:
        """Create a PENDING stream and return its name."""

    def append(
        self, stream: str, schema: "pa.Schema", batches: Iterable[tuple[int, "pa.RecordBatch"]]
    ) -> None:
        """Append each batch at its row offset, in order; a batch that is already there is a
        success. Each must fit in a request (`csvgate.chunks.append_requests`). Raises Transient
        `append.gap` if rows before a batch are missing, `stream.committed`, and `table.schema` if
        the table changed; Permanent `rows.refused`, `stream.gone` if the stream expired or its
        table was dropped, and `stream.short` if it was finalized without these rows."""

    def finalize(self, stream: str) -> int:
        """Close the stream to appends and return its row count. Can be repeated. Raises
        Transient `stream.committed` and Permanent `stream.gone`."""

    def commit(self, spec: TableSpec, streams: Sequence[str]) -> None:
        """Make the rows of all streams visible at once. It succeeds if all streams are already
        committed, and without streams. Raises Transient `commit.refused` if a stream is not
        finalized and `commit.contradictory` if only some are committed; Permanent `stream.gone`."""


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
