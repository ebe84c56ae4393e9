"""Streams an object up so that it appears completely or not at all."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from io import BytesIO
from typing import Any, Final

from google.cloud.storage.exceptions import InvalidResponse
from google.cloud.storage.fileio import BlobWriter

from csvgate.gcp.blobs import info, is_marked, mark
from csvgate.gcp.errors import LIBRARY_ERRORS, status
from csvgate.ports import CREATE_BYTES, ObjectInfo
from csvgate.runtime.errors import Failure

CHUNK_BYTES: Final = 8 * 1024 * 1024
"""Bytes buffered and sent per request; the service requires a multiple of 256 KiB."""
FORBIDDEN: Final = 403
"""Functions may create but not delete objects, so that the service may report an existing object
as forbidden instead of a failed precondition."""
_TAKEN: Final = (FORBIDDEN, 412)
_ERRORS: Final = (*LIBRARY_ERRORS, InvalidResponse)

Failures = Callable[[], AbstractContextManager[None]]
"""Returns a context that translates the library's exceptions."""


class Session(BlobWriter):  # type: ignore[misc]  # the library ships without types
    """A resumable upload. The library's writer finalizes the object on `close`, which the garbage
    collector calls too, and half an object would appear. Here only `finish` finalizes it."""

    def close(self) -> None:
        """Do nothing."""

    def finish(self) -> None:
        super().close()


class Upload:
    """An object that is being streamed up: up to CREATE_BYTES in one request, and more in a
    resumable upload. `find` returns the object that has the name now, or None; `call` are the
    options of the upload, with `if_generation_match` unless it may replace an object."""

    def __init__(
        self,
        blob: Any,
        content_type: str,
        failures: Failures,
        find: Callable[[], Any],
        call: dict[str, Any],
    ) -> None:
        self._blob, self._content_type = blob, content_type
        self._failures, self._find, self._call = failures, find, call
        self._token = mark(blob)
        self._start = BytesIO()
        self._session: Session | None = None
        self._refused: Exception | None = None

    def write(self, data: bytes) -> int:
        if self._session is not None:
            self._send(self._session, data)
        elif self._start.write(data) and self._start.tell() > CREATE_BYTES:
            self._session = Session(
                self._blob,
                chunk_size=CHUNK_BYTES,
                ignore_flush=True,
                content_type=self._content_type,
                **self._call,
            )
            self._send(self._session, self._start.getvalue())
            self._start = BytesIO()
        return len(data)

    def finish(self) -> ObjectInfo | None:
        """Make the object appear, unless another object has the name. If the final answer is lost,
        the object may have appeared in spite of an exception."""
        if self._session is None:
            return self._in_one_request()
        # Asking before the last request costs little compared with the upload, and protects an
        # existing object from a service that ignores the precondition of resumable uploads.
        taken = self._refused is None and "if_generation_match" in self._call and self._find()
        if taken:
            return self._ours(taken)
        with self._failures():
            try:
                if self._refused is not None:
                    raise self._refused
                self._session.finish()
            except _ERRORS as error:
                return self._after_refusal(error)
        self._session = None
        return self._ours(self._find())  # the library does not return what it has uploaded

    def abandon(self) -> None:
        """End an upload that was not finished."""
        # A session is not visible in the bucket and expires by itself. Ending it now only tidies
        # up, so a failure must not hide why the upload was abandoned.
        if self._session is not None:
            with suppress(Failure), self._failures():
                self._session.terminate()

    def _in_one_request(self) -> ObjectInfo | None:
        data = self._start.getvalue()
        with self._failures():
            try:
                self._blob.upload_from_string(data, self._content_type, **self._call)
            except _ERRORS as error:
                return self._after_refusal(error)
        return info(self._blob)

    def _send(self, session: Session, data: bytes) -> None:
        """Send what fills a request. The service may say long before the end that the name is
        taken; the rest is then dropped."""
        if self._refused is not None:
            return
        with self._failures():
            try:
                session.write(data)
            except _ERRORS as error:
                if status(error) not in _TAKEN:
                    raise
                self._refused = error

    def _after_refusal(self, error: Exception) -> ObjectInfo | None:
        if status(error) not in _TAKEN:
            raise error
        standing = self._find()
        if standing is None and status(error) == FORBIDDEN:
            raise error
        return self._ours(standing)

    def _ours(self, standing: Any) -> ObjectInfo | None:
        if standing is None or not is_marked(standing, self._token):
            return None
        return info(standing)


@contextmanager
def ended(upload: Upload) -> Iterator[Upload]:
    """End the upload when the body ends, without an object unless the body has finished it."""
    try:
        yield upload
    finally:
        upload.abandon()
