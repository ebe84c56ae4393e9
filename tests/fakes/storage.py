"""Cloud Storage in memory. Generations only grow; `versioned` keeps overwritten ones."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, cast

import google_crc32c

from csvgate.ports import CREATE_BYTES, Clock, ObjectInfo
from csvgate.runtime.errors import Permanent, Transient
from fakes.effects import Effects

PIECE_BYTES = 1024 * 1024
RANGE_BYTES = 8 * PIECE_BYTES
"""A stream costs one read of the service for each started range, as in csvgate.gcp.storage."""

PAGE_NAMES = 1000
"""The names in an answer to a listing request."""

Corrupt = Callable[[str, str, bytes], bytes]
"""Given a bucket, an object's name and its bytes; returns what a read of them receives."""


@dataclass(frozen=True, slots=True)
class Stored:
    info: ObjectInfo
    data: bytes
    content_type: str


def crc32c(data: bytes) -> str:
    """Return the CRC32C of the bytes in base64, as Cloud Storage reports it."""
    module = cast("Any", google_crc32c)
    return b64encode(module.Checksum(data).digest()).decode()


class Body:
    """The object that a writer streams up."""

    def __init__(self, finish: Callable[[bytes], ObjectInfo | None]) -> None:
        self._finish = finish
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def finish(self) -> ObjectInfo | None:
        return self._finish(bytes(self._data))


class FakeObjectStore:
    """`corrupt` damages what a read receives; it is called once for each `read` and each `stream`,
    with all bytes of the object."""

    def __init__(
        self,
        *buckets: str,
        effects: Effects | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        versioned: bool = False,
        corrupt: Corrupt = lambda _bucket, _name, data: data,
    ) -> None:
        self.versioned, self.corrupt = versioned, corrupt
        self._noncurrent: dict[tuple[str, str, int], Stored] = {}
        self.buckets: dict[str, dict[str, Stored]] = {bucket: {} for bucket in buckets}
        self.effects = effects or Effects()
        self._clock = clock
        self._generations = count(1_000_001)

    def put(
        self, bucket: str, name: str, data: bytes, content_encoding: str | None = None
    ) -> ObjectInfo:
        """Upload an object as a user does. It is not recorded as a side effect."""
        return self._store(bucket, name, data, "text/csv", content_encoding).info

    def delete(self, bucket: str, name: str) -> None:
        """Delete an object as a user or a lifecycle rule does."""
        self._keep(bucket, name)
        del self._bucket(bucket)[name]

    def stat(self, bucket: str, name: str, generation: int | None = None) -> ObjectInfo | None:
        self.effects.look("storage.stat", f"{bucket}/{name}")
        stored = self._found(bucket, name, generation)
        return stored.info if stored else None

    def stream(self, bucket: str, name: str, generation: int, size: int) -> Iterator[bytes]:
        """Each range is a `storage.stream`, which is one read of the service, and each piece a
        `storage.piece`."""
        self.effects.look("storage.stream", f"{bucket}/{name}")
        data = self.corrupt(bucket, name, self._pinned(bucket, name, generation))[: size + 1]
        for start in range(0, len(data), PIECE_BYTES):
            if start and start % RANGE_BYTES == 0:
                self.effects.look("storage.stream", f"{bucket}/{name}")
            self.effects.look("storage.piece", f"{bucket}/{name}")
            # Looked up for each piece: the service fails too after an overwrite in mid-read.
            self._pinned(bucket, name, generation)
            yield data[start : start + PIECE_BYTES]

    def read(
        self, bucket: str, name: str, generation: int | None = None, max_bytes: int | None = None
    ) -> bytes | None:
        self.effects.look("storage.read", f"{bucket}/{name}")
        stored = self._found(bucket, name, generation)
        if stored is None:
            return None
        if max_bytes is not None and len(stored.data) > max_bytes:
            raise Permanent("storage.too_large", f"gs://{bucket}/{name}: over {max_bytes} bytes")
        return self.corrupt(bucket, name, stored.data)

    def create(self, bucket: str, name: str, data: bytes, content_type: str) -> int | None:
        if len(data) > CREATE_BYTES:
            raise Permanent("storage.too_large", f"gs://{bucket}/{name}: {len(data)} bytes")

        def change() -> int | None:
            info = self._store_new(bucket, name, data, content_type)
            return info.generation if info else None

        return self.effects.do("storage.create", f"{bucket}/{name}", change)

    @contextmanager
    def writer(
        self, bucket: str, name: str, content_type: str, *, replace: bool = False
    ) -> Iterator[Body]:
        def change(data: bytes) -> ObjectInfo | None:
            if replace:
                return self._store(bucket, name, data, content_type).info
            return self._store_new(bucket, name, data, content_type)

        yield Body(
            lambda data: self.effects.do("storage.write", f"{bucket}/{name}", lambda: change(data))
        )

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        """Each page is a `storage.names`, which is one listing request."""
        left, last = True, ""
        while left:
            self.effects.look("storage.names", f"{bucket}/{prefix}")
            # A copy, because another thread may create an object meanwhile.
            every = list(self._bucket(bucket))
            found = (n for n in every if n.startswith(prefix) and n > last)
            ahead = sorted(found)
            page, left = ahead[:PAGE_NAMES], len(ahead) > PAGE_NAMES
            yield from page
            last = page[-1] if page else last

    def generations(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        self.effects.look("storage.generations", f"{bucket}/{prefix}")
        current = [stored.info for stored in self._bucket(bucket).values()]
        older = [
            stored.info for (place, _, _), stored in self._noncurrent.items() if place == bucket
        ]
        found = [info for info in current + older if info.name.startswith(prefix)]
        yield from sorted(found, key=lambda info: (info.name, info.generation))

    def _bucket(self, bucket: str) -> dict[str, Stored]:
        if bucket not in self.buckets:
            raise Transient("storage.missing", f"bucket {bucket} does not exist")
        return self.buckets[bucket]

    def _found(self, bucket: str, name: str, generation: int | None) -> Stored | None:
        stored = self._bucket(bucket).get(name)
        if generation is not None and (stored is None or stored.info.generation != generation):
            return self._noncurrent.get((bucket, name, generation))
        return stored

    def _keep(self, bucket: str, name: str) -> None:
        stored = self._bucket(bucket).get(name)
        if self.versioned and stored:
            self._noncurrent[bucket, name, stored.info.generation] = stored

    def _pinned(self, bucket: str, name: str, generation: int) -> bytes:
        stored = self._found(bucket, name, generation)
        if stored is None:
            raise Permanent("object.gone", f"gs://{bucket}/{name}#{generation}")
        return stored.data

    def _store_new(
        self, bucket: str, name: str, data: bytes, content_type: str
    ) -> ObjectInfo | None:
        if name in self._bucket(bucket):
            return None
        return self._store(bucket, name, data, content_type).info

    def _store(
        self,
        bucket: str,
        name: str,
        data: bytes,
        content_type: str,
        content_encoding: str | None = None,
    ) -> Stored:
        self._bucket(bucket)
        info = ObjectInfo(
            bucket=bucket,
            name=name,
            generation=next(self._generations),
            size=len(data),
            content_encoding=content_encoding,
            created=self._clock(),
            crc32c=crc32c(data),
        )
        stored = Stored(info, data, content_type)
        self._keep(bucket, name)
        self._bucket(bucket)[name] = stored
        return stored
