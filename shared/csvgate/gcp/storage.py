"""The ObjectStore port over Cloud Storage."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from io import BytesIO
from itertools import groupby
from typing import Any, Final

from google.api_core import exceptions as api
from google.cloud.storage import Client
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.retry import DEFAULT_RETRY

from csvgate.gcp.blobs import INFO_FIELDS, info, is_marked, mark
from csvgate.gcp.errors import translated
from csvgate.gcp.upload import Upload, ended
from csvgate.ports import CREATE_BYTES, ObjectInfo, ObjectWriter
from csvgate.runtime.errors import Permanent, Transient

PIECE_BYTES: Final = 1024 * 1024
RANGE_BYTES: Final = 8 * 1024 * 1024
"""Bytes requested at a time: the most that a stream holds in memory, and the most that is read
again after a dropped connection."""
_failures = partial(translated, "storage", also=(DataCorruption, InvalidResponse))


class GcsObjectStore:
    """A call is retried for at most `budget` seconds, with growing random pauses, also while the
    service limits the request rate. `timeout` are the seconds to connect and between two bytes of
    an answer; `page` is the number of names per listing request."""

    def __init__(
        self,
        project: str,
        *,
        credentials: Any = None,
        budget: float = 45.0,
        timeout: tuple[float, float] = (5.0, 30.0),
        page: int = 1000,
    ) -> None:
        # Otherwise the library requests each bucket's metadata once, for traces that nobody reads,
        # and again for every call as long as that fails.
        os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
        self._page = page
        self._client = Client(project=project, credentials=credentials)
        self._existing: set[str] = set()
        self._call: dict[str, Any] = {
            "timeout": timeout,
            "retry": DEFAULT_RETRY.with_timeout(budget),
        }

    def stat(self, bucket: str, name: str, generation: int | None = None) -> ObjectInfo | None:
        blob = self._found(bucket, name, generation)
        return None if blob is None else info(blob)

    def stream(self, bucket: str, name: str, generation: int, size: int) -> Iterator[bytes]:
        """Read the pinned generation range by range, so that the library can resume after a
        dropped connection. Each range is one request, and nothing else is requested."""
        if size == 0:
            # An empty object has no range that could be requested.
            found = self._found(bucket, name, generation)
            if found is None:
                raise _gone(f"gs://{bucket}/{name}#{generation}")
            if found.size:
                yield self._range(bucket, name, generation, 0, 1)
            return
        for start in range(0, size, RANGE_BYTES):
            end = min(start + RANGE_BYTES, size)
            data = self._range(bucket, name, generation, start, end, is_last=end == size)
            for offset in range(0, len(data), PIECE_BYTES):
                yield data[offset : offset + PIECE_BYTES]

    def read(
        self, bucket: str, name: str, generation: int | None = None, max_bytes: int | None = None
    ) -> bytes | None:
        blob, uri = self._blob(bucket, name, generation), f"gs://{bucket}/{name}"
        with _failures(uri):
            try:
                return self._bytes(blob, generation, uri=uri, max_bytes=max_bytes)
            except (api.NotFound, api.PreconditionFailed) as error:
                self._check_bucket(bucket, error)
                return None

    def create(self, bucket: str, name: str, data: bytes, content_type: str) -> int | None:
        """Create it in one request. Functions may create but not delete ledger objects, so the
        service may report an existing object as 403 instead of 412."""
        uri = f"gs://{bucket}/{name}"
        # The library sends larger data as a resumable upload, which is not one atomic request.
        if len(data) > CREATE_BYTES:
            raise Permanent(
                "storage.too_large",
                f"{uri} has {len(data)} bytes; one request creates at most {CREATE_BYTES}",
            )
        blob = self._blob(bucket, name)
        token = mark(blob)
        with _failures(uri):
            try:
                blob.upload_from_string(data, content_type, if_generation_match=0, **self._call)
            except (api.PreconditionFailed, api.Forbidden) as error:
                there = self._found(bucket, name)
                if there is None and isinstance(error, api.Forbidden):
                    raise
                return int(there.generation) if there and is_marked(there, token) else None
        return int(blob.generation)

    def writer(
        self, bucket: str, name: str, content_type: str, *, replace: bool = False
    ) -> AbstractContextManager[ObjectWriter]:
        precondition = {} if replace else {"if_generation_match": 0}
        return ended(
            Upload(
                self._blob(bucket, name),
                content_type,
                failures=partial(_failures, f"gs://{bucket}/{name}"),
                find=partial(self._found, bucket, name),
                call=self._call | precondition,
            )
        )

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        for blob in self._listed(bucket, prefix, "name"):
            yield blob.name

    def generations(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        listed = self._listed(bucket, prefix, INFO_FIELDS, versions=True)
        for _, generations in groupby(listed, key=lambda blob: blob.name):
            yield from sorted(map(info, generations), key=lambda found: found.generation)

    def _listed(self, bucket: str, prefix: str, fields: str, **options: Any) -> Iterator[Any]:
        uri = f"gs://{bucket}/{prefix}*"
        with _failures(uri):
            listing = self._client.list_blobs(
                bucket,
                prefix=prefix,
                fields=f"items({fields}),nextPageToken",
                page_size=self._page,
                **options,
                **self._call,
            )
            pages = iter(listing.pages)
        while True:
            with _failures(uri):
                page = next(pages, None)
            if page is None:
                return
            yield from page

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

    def _range(
        self,
        bucket: str,
        name: str,
        generation: int,
        start: int,
        end: int,
        *,
        is_last: bool = False,
    ) -> bytes:
        """Return the bytes of this generation from `start` to `end`, exclusive. One byte more is
        requested of the last range: only an object that is larger than expected has it."""
        uri = f"gs://{bucket}/{name}#{generation}"
        # A new blob without metadata: with it the library would follow the object's media link,
        # which is pinned to a generation only if the server wrote it that way.
        blob = self._blob(bucket, name, generation)
        inclusive = end if is_last else end - 1
        with _failures(uri):
            try:
                data = self._bytes(blob, generation, start=start, end=inclusive, checksum=None)
            except api.RequestRangeNotSatisfiable:
                data = b""
            except (api.NotFound, api.PreconditionFailed) as error:
                self._check_bucket(bucket, error)
                raise _gone(uri) from error
        if not end - start <= len(data) <= inclusive + 1 - start:
            raise Transient(
                "storage.short",
                f"{uri}: received {len(data)} of {end - start} bytes from offset {start}",
            )
        return data

    def _bytes(
        self,
        blob: Any,
        generation: int | None,
        uri: str = "",
        max_bytes: int | None = None,
        **extra: Any,
    ) -> bytes:
        sink = BytesIO() if max_bytes is None else _Bounded(uri, max_bytes)
        # Raw, because the library decompresses gzip-encoded objects without a size limit.
        blob.download_to_file(
            sink, raw_download=True, if_generation_match=generation, **extra, **self._call
        )
        return sink.getvalue()


class _Bounded(BytesIO):
    """Stops a download at the first byte beyond `max_bytes`."""

    def __init__(self, uri: str, max_bytes: int) -> None:
        super().__init__()
        self._uri, self._max_bytes = uri, max_bytes

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._max_bytes:
            raise Permanent(
                "storage.too_large", f"{self._uri} has more than {self._max_bytes} bytes"
            )
        return super().write(data)


def _gone(uri: str) -> Permanent:
    return Permanent("object.gone", f"{uri} was deleted or overwritten; upload it again")
