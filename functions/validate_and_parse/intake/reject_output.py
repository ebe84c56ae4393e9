"""Write the reject file of an upload, which is not visible before it is finished."""

from base64 import b64decode, b64encode
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

from google_crc32c import Checksum

from csvgate.ports import CREATE_BYTES, ObjectInfo, ObjectStore, ObjectWriter
from csvgate.protocol.events import RejectsRef
from csvgate.protocol.identity import Upload
from csvgate.runtime.errors import Transient
from csvgate.text import shorten_bytes

_MAX_NAME_BYTES: Final = 1024
_CSV: Final = "text/csv"


def rejects_name(upload: Upload, version: str) -> str:
    """Return the original's path with the ids of the upload and of this version of its reject file:
    16 hexadecimal digits, at first those of the plan."""
    stem = upload.name
    for ending in (".gz", ".csv"):
        stem = stem.removesuffix(ending)
    suffix = f".{upload.id}-{version}.rejects.csv"
    return shorten_bytes(stem, _MAX_NAME_BYTES - len(suffix)) + suffix


class RejectOutput:
    """A context manager that writes a small file in one request at the end, and streams a large
    one.

    The name is free unless an earlier delivery has finished a reject file. If that file has the
    same bytes, it is used. Otherwise this file takes another name, because the earlier one may have
    been sealed.
    """

    def __init__(self, store: ObjectStore, bucket: str, upload: Upload, plan: str) -> None:
        self._store, self._bucket, self._upload, self._plan = store, bucket, upload, plan
        self._buffer = bytearray()
        self._checksum: Any = Checksum()  # type: ignore[no-untyped-call]  # the library is untyped
        self._stack = ExitStack()
        self._writer: ObjectWriter | None = None
        self._earlier: ObjectInfo | None = None

    def write(self, data: bytes) -> None:
        self._checksum.update(data)
        if self._writer is None:
            self._buffer += data
            if len(self._buffer) <= CREATE_BYTES:
                return
            self._writer = self._stack.enter_context(self._open())
            data = bytes(self._buffer)
            self._buffer.clear()
        self._writer.write(data)

    def finish(self) -> RejectsRef | None:
        """Make the file appear, and return where it is; None if nothing was written. Raises
        Transient `rejects.raced`."""
        if self._writer is not None:
            return self._finish_stream(self._writer)
        return self._create() if self._buffer else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _create(self) -> RejectsRef:
        data = bytes(self._buffer)
        for version in (self._plan, self._version_of_bytes()):
            name = rejects_name(self._upload, version)
            generation = self._store.create(self._bucket, name, data, _CSV)
            if generation is not None:
                return self._ref(name, generation)
            earlier = self._store.stat(self._bucket, name)
            if earlier is not None and earlier.crc32c == self._crc32c:
                return self._ref(name, earlier.generation)
        raise self._raced(name)

    def _open(self) -> Any:
        name = rejects_name(self._upload, self._plan)
        self._earlier = self._store.stat(self._bucket, name)
        if self._earlier is not None:
            # The name cannot contain the checksum of the bytes, which are not complete yet.
            name = rejects_name(self._upload, uuid4().hex[:16])
        return self._store.writer(self._bucket, name, _CSV)

    def _finish_stream(self, writer: ObjectWriter) -> RejectsRef:
        earlier = self._earlier
        if earlier is not None and earlier.crc32c == self._crc32c:
            return self._ref(earlier.name, earlier.generation)
        written = writer.finish()
        if written is None:
            raise self._raced(rejects_name(self._upload, self._plan))
        return self._ref(written.name, written.generation)

    def _raced(self, name: str) -> Transient:
        return Transient(
            "rejects.raced",
            f"another delivery has just written gs://{self._bucket}/{name}; a retry takes another "
            "name",
        )

    def _ref(self, name: str, generation: int) -> RejectsRef:
        return RejectsRef(
            bucket=self._bucket, name=name, generation=generation, crc32c=self._crc32c
        )

    @property
    def _crc32c(self) -> str:
        return b64encode(self._checksum.digest()).decode()

    def _version_of_bytes(self) -> str:
        """Return 16 hexadecimal digits that are equal for equal bytes and differ otherwise."""
        return self._plan[:8] + b64decode(self._crc32c).hex()
