"""A streamed upload that appears whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, BinaryIO, Final, cast

from google.cloud.storage.fileio import BlobWriter

from csvgate.runtime.errors import Failure

CHUNK_BYTES: Final = 8 * 1024 * 1024
"""Buffered and sent at a time; a multiple of 256 KiB."""

Failures = Callable[[], AbstractContextManager[None]]


class _Upload(BlobWriter):  # type: ignore[misc]  # the library ships without types
    """The library's writer finalizes on `close`, which the garbage collector calls too, and any
    wrapper such as TextIOWrapper: half an object would appear. Here only `finish` does."""

    def __init__(self, blob: Any, failures: Failures, **options: Any) -> None:
        super().__init__(blob, chunk_size=CHUNK_BYTES, ignore_flush=True, **options)
        self._failures = failures

    def write(self, data: Any) -> int:
        with self._failures():
            return int(super().write(data))

    def close(self) -> None:
        """Nothing: the context decides what becomes of the object."""

    def finish(self) -> None:
        with self._failures():
            super().close()

    def abandon(self) -> None:
        # The upload session has no trace in the bucket and expires by itself; ending it now is
        # tidiness, and its failure must not hide why the upload was abandoned.
        with suppress(Failure), self._failures():
            self.terminate()


@contextmanager
def streamed(blob: Any, content_type: str, failures: Failures, **call: Any) -> Iterator[BinaryIO]:
    """`failures` translates the library's exceptions; what the body raises passes untouched. Only
    when the last answer of all is lost may the object have appeared in spite of an exception."""
    upload = _Upload(blob, failures, content_type=content_type, **call)
    try:
        yield cast("BinaryIO", upload)
        upload.finish()
    except BaseException:
        upload.abandon()
        raise
