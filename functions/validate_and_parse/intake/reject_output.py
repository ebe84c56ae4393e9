"""Write the reject file of an upload. It is created at the first rejected row."""

from contextlib import ExitStack
from types import TracebackType
from typing import BinaryIO, Self

from csvgate.ports import ObjectStore
from csvgate.protocol.events import ObjectRef
from csvgate.protocol.identity import Upload
from csvgate.text import shorten_bytes

_MAX_NAME_BYTES = 1024


def rejects_name(upload: Upload, plan: str) -> str:
    """Return the original's path, with the ids of upload and plan: a retry writes the same
    object."""
    stem = upload.name
    for ending in (".gz", ".csv"):
        stem = stem.removesuffix(ending)
    suffix = f".{upload.id}-{plan}.rejects.csv"
    return shorten_bytes(stem, _MAX_NAME_BYTES - len(suffix)) + suffix


class RejectOutput:
    """A context manager. The object exists after it ends without an exception, if anything was
    written."""

    def __init__(self, store: ObjectStore, bucket: str, name: str) -> None:
        self._store = store
        self._ref = ObjectRef(bucket=bucket, name=name)
        self._stack = ExitStack()
        self._file: BinaryIO | None = None

    def write(self, data: bytes) -> None:
        if self._file is None:
            self._file = self._stack.enter_context(
                self._store.writer(self._ref.bucket, self._ref.name, "text/csv")
            )
        self._file.write(data)

    @property
    def ref(self) -> ObjectRef | None:
        """None when nothing was written."""
        return self._ref if self._file is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)
