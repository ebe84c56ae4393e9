"""Streams an object up so that it appears completely or not at all."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, BinaryIO, Final, cast

from google.cloud.storage.fileio import BlobWriter

from csvgate.runtime.errors import Failure

CHUNK_BYTES: Final = 8 * 1024 * 1024
"""Bytes buffered and sent per request; the service requires a multiple of 256 KiB."""

Failures = Callable[[], AbstractContextManager[None]]


class _Upload(BlobWriter):  # type: ignore[misc]  # the library ships without types
    """The library's writer finalizes the object on `close`. Wrappers such as TextIOWrapper and the
    garbage collector call that too, and half an object would appear. Here only `finish` does."""

    def __init__(self, blob: Any, failures: Failures, **options: Any) -> None:
        super().__init__(blob, chunk_size=CHUNK_BYTES, ignore_flush=True, **options)
        self._failures = failures

    def write(self, data: Any) -> int:
        with self._failures():
            return int(super().write(data))

    def close(self) -> None:
        """Do nothing: the context manager decides whether the object appears."""

    def finish(self) -> None:
        with self._failures():
            super().close()

    def abandon(self) -> None:
        # An upload session is not visible in the bucket and expires by itself. Ending it now only
        # tidies up, so a failure must not hide why the upload was abandoned.
        with suppress(Failure), self._failures():
            self.terminate()


@contextmanager
def streamed(blob: Any, content_type: str, failures: Failures, **call: Any) -> Iterator[BinaryIO]:
    """Yield a file whose content becomes the object if the body ends without an exception.
    `failures` translates the library's exceptions; those of the body pass unchanged. If the final
    answer is lost, the object may have appeared in spite of an exception."""
    upload = _Upload(blob, failures, content_type=content_type, **call)
    try:
        yield cast("BinaryIO", upload)
        upload.finish()
    except BaseException:
        upload.abandon()
        raise
