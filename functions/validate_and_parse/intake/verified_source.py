"""Read the bytes of an upload, and verify them before anything is concluded from them.

Bytes can be damaged on their way, and damaged bytes can look like other values, like a faulty row,
or like a file that is not a CSV file. The reader therefore calls `verify` before every conclusion:
it reads the rest and compares size and CRC32C with the object's metadata.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import field
from typing import Any, Final, NamedTuple

from google_crc32c import Checksum

from csvgate.light_dataclass import dataclass
from csvgate.ports import ObjectStore
from csvgate.protocol.ledger.entries import Received
from csvgate.runtime.errors import Permanent, Transient
from csvgate.validation.faults import FileFault
from intake.deadlines.time_budget import TimeBudget

GONE: Final = "file.gone"


class Metadata(NamedTuple):
    """What the bytes of the pinned generation are compared with."""

    size: int
    crc32c: str


def metadata_in_event(received: Received) -> Metadata:
    """Return what the first event said about the object, which the pin holds."""
    return Metadata(received.size, received.crc32c)


def metadata_of_object(store: ObjectStore, received: Received) -> Metadata:
    """Return what Cloud Storage says about the object, or what the event said if the object is
    gone."""
    ref = received.upload
    info = store.stat(ref.bucket, ref.name, ref.generation)
    return Metadata(info.size, info.crc32c) if info else metadata_in_event(received)


def _checksum() -> Any:
    return Checksum()  # type: ignore[no-untyped-call]  # the library is untyped


@dataclass(slots=True)
class VerifiedSource:
    """One reading of the pinned generation. Iterate `pieces`, then call `verify`."""

    store: ObjectStore
    received: Received
    metadata: Metadata
    budget: TimeBudget
    _size: int = 0
    _checksum: Any = field(default_factory=_checksum)
    _rest: Iterator[bytes] | None = None
    _failure: Exception | None = None
    """What reading raised, perhaps in a part that was read ahead and was not needed."""

    def pieces(self) -> Iterator[bytes]:
        """Yield the stored bytes. Raises FileFault `file.gone`, and OutOfTime if they cannot all be
        read in time."""
        if self._rest is None:
            self._rest = self._read()
        # Not `yield from`: a parser that stops early closes this generator, which must not close
        # the reading that `verify` continues.
        while (piece := self._next(self._rest)) is not None:
            yield piece

    def _next(self, rest: Iterator[bytes]) -> bytes | None:
        if self._failure is not None:
            raise self._failure
        try:
            return next(rest, None)
        except Exception as failure:
            self._failure = failure
            raise

    def verify(self) -> None:
        """Read to the end and compare. Raises Transient `storage.corrupt`, and like `pieces`."""
        for _ in self.pieces():
            pass
        uri, (size, crc32c) = address(self.received), self.metadata
        if self._size != size:
            raise Transient(
                "storage.corrupt",
                f"{uri}: read {self._size} of {size} bytes; a retry reads the object again",
            )
        found = b64encode(self._checksum.digest()).decode()
        if found != crc32c:
            raise Transient(
                "storage.corrupt",
                f"{uri}: the bytes read have the CRC32C {found}, and the object has {crc32c}; a "
                "retry reads the object again",
            )

    def _read(self) -> Iterator[bytes]:
        ref = self.received.upload
        try:
            size = self.metadata.size
            for piece in self.store.stream(ref.bucket, ref.name, ref.generation, size):
                self.budget.check()
                self._size += len(piece)
                self.budget.bytes_read = self._size
                self._checksum.update(piece)
                yield piece
        except Permanent as failure:
            if failure.code != "object.gone":
                raise
            # A file fault ends the upload, not only the delivery. Otherwise whatever waits for its
            # end, such as the next owner of its name, would wait forever.
            raise FileFault(GONE, failure.message) from failure


def address(received: Received) -> str:
    """Return the generation's address, for messages."""
    ref = received.upload
    return f"gs://{ref.bucket}/{ref.name}#{ref.generation}"
