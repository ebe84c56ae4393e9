"""The ObjectStore port over Cloud Storage."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, BinaryIO, Final
from uuid import uuid4

from google.api_core import exceptions as api
from google.cloud.storage import Client
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.retry import DEFAULT_RETRY
from google_crc32c import Checksum

from csvgate.gcp.errors import translated
from csvgate.gcp.upload import streamed
from csvgate.ports import CREATE_BYTES, ObjectInfo
from csvgate.runtime.errors import Permanent, Transient

PIECE_BYTES: Final = 1024 * 1024
RANGE_BYTES: Final = 8 * 1024 * 1024
"""Bytes requested at a time: the most that a stream holds in memory, and the most that is read
again after a dropped connection."""
_WRITER: Final = "csvgate-writer"
_failures = partial(translated, "storage", also=(DataCorruption, InvalidResponse))


class GcsObjectStore:
    """A call is retried for at most `budget` seconds. `timeout` are the seconds to connect and
    between two bytes of an answer; `page` is the number of names per listing request."""

    def __init__(
        self,
        project: str,
        *,
        credentials: Any = None,
        budget: float = 45.0,
        timeout: tuple[float, float] = (5.0, 30.0),
        page: int = 1000,
    ) -> None:
        self._page = page
        self._client = Client(project=project, credentials=credentials)
        self._existing: set[str] = set()
        self._call: dict[str, Any] = {
            "timeout": timeout,
            "retry": DEFAULT_RETRY.with_timeout(budget),
        }

    def stat(self, bucket: str, name: str, generation: int | None = None) -> ObjectInfo | None:
        blob = self._found(bucket, name, generation)
        if blob is None:
            return None
        return ObjectInfo(
            bucket=bucket,
            name=name,
            generation=int(blob.generation),
            size=int(blob.size),
            content_encoding=blob.content_encoding or None,
            created=blob.time_created,
        )

    def stream(self, bucket: str, name: str, generation: int) -> Iterator[bytes]:
        """Read the pinned generation range by range, so that the library can resume after a
        dropped connection. At the end the bytes are checked against the object's CRC32C."""
        uri = f"gs://{bucket}/{name}#{generation}"
        gone = Permanent("object.gone", f"{uri} was deleted or overwritten; upload it again")
        found = self._found(bucket, name, generation)
        if found is None:
            raise gone
        # A new blob without metadata: with it the library would follow the object's media link,
        # which is pinned to a generation only if the server wrote it that way.
        blob = self._blob(bucket, name, generation)
        checksum: Any = Checksum()  # type: ignore[no-untyped-call]  # the library is untyped
        size, expected = int(found.size), found.crc32c
        for start in range(0, size, RANGE_BYTES):
            end = min(start + RANGE_BYTES, size) - 1
            try:
                with _failures(uri):
                    data = self._bytes(blob, generation, start=start, end=end, checksum=None)
            except Transient as failure:
                if isinstance(failure.__cause__, api.NotFound | api.PreconditionFailed):
                    raise gone from failure
                raise
            if len(data) != end - start + 1:
                raise Transient(
                    "storage.short",
                    f"{uri}: received {len(data)} of {end - start + 1} bytes from offset {start}",
                )
            checksum.update(data)
            for offset in range(0, len(data), PIECE_BYTES):
                yield data[offset : offset + PIECE_BYTES]
        if expected and expected != b64encode(checksum.digest()).decode():
            raise Transient(
                "storage.corrupt", f"{uri}: the received bytes do not match its stored CRC32C"
            )

    def read(self, bucket: str, name: str, generation: int | None = None) -> bytes | None:
        blob = self._blob(bucket, name, generation)
        with _failures(f"gs://{bucket}/{name}"):
            try:
                return self._bytes(blob, generation)
            except (api.NotFound, api.PreconditionFailed) as error:
                self._check_bucket(bucket, error)
                return None

    def create(self, bucket: str, name: str, data: bytes, content_type: str) -> bool:
        """Create it in one request. Each call writes a random token into the object's metadata.
        If the answer to the first try is lost, the retry is refused because of the object that
        the first try created; the token distinguishes that from another caller's object, even one
        with the same content. Functions may create but not delete ledger objects, so the service
        may report an existing object as 403 instead of 412."""
        uri = f"gs://{bucket}/{name}"
        # The library sends larger data as a resumable upload, which is not one atomic request.
        if len(data) > CREATE_BYTES:
            raise Permanent(
                "storage.too_large",
                f"{uri} has {len(data)} bytes; one request creates at most {CREATE_BYTES}",
            )
        token = uuid4().hex
        blob = self._blob(bucket, name)
        blob.metadata = {_WRITER: token}
        with _failures(uri):
            try:
                blob.upload_from_string(data, content_type, if_generation_match=0, **self._call)
            except (api.PreconditionFailed, api.Forbidden) as error:
                there = self._found(bucket, name)
                if there is None and isinstance(error, api.Forbidden):
                    raise
                return there is not None and (there.metadata or {}).get(_WRITER) == token
        return True

    def writer(self, bucket: str, name: str, content_type: str) -> AbstractContextManager[BinaryIO]:
        failures = partial(_failures, f"gs://{bucket}/{name}")
        return streamed(self._blob(bucket, name), content_type, failures, **self._call)

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        with _failures(f"gs://{bucket}/{prefix}*"):
            listing = self._client.list_blobs(
                bucket,
                prefix=prefix,
                fields="items(name),nextPageToken",
                page_size=self._page,
                **self._call,
            )
            pages = iter(listing.pages)
        while True:
            with _failures(f"gs://{bucket}/{prefix}*"):
                page = next(pages, None)
            if page is None:
                return
            for blob in page:
                yield blob.name

    def _blob(self, bucket: str, name: str, generation: int | None = None) -> Any:
        return self._client.bucket(bucket).blob(name, generation=generation)

    def _found(self, bucket: str, name: str, generation: int | None = None) -> Any:
        """Return the object with its metadata, or None if it does not exist."""
        blob = self._blob(bucket, name, generation)
        with _failures(f"gs://{bucket}/{name}"):
            try:
                blob.reload(**self._call)
            except api.NotFound as error:
                self._check_bucket(bucket, error)
                return None
        return None if generation is not None and int(blob.generation) != generation else blob

    def _check_bucket(self, bucket: str, error: Exception) -> None:
        """Raise if the bucket does not exist: its objects must not count as absent. The service
        answers 404 in both cases; a listing distinguishes them."""
        if bucket in self._existing:
            return
        try:
            list(self._client.list_blobs(bucket, max_results=1, **self._call))
        except api.NotFound:
            raise Transient(
                "storage.missing",
                f"bucket {bucket} does not exist: create it with `csvgate deploy` or `csvgate up`",
            ) from error
        self._existing.add(bucket)

    def _bytes(self, blob: Any, generation: int | None, **extra: Any) -> bytes:
        # Raw, because the library decompresses gzip-encoded objects without a size limit.
        data: bytes = blob.download_as_bytes(
            raw_download=True, if_generation_match=generation, **extra, **self._call
        )
        return data
