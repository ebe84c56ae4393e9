"""Cloud Storage in memory. Generations only grow; `versioned` keeps overwritten ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO

from csvgate.ports import CREATE_BYTES, Clock, ObjectInfo
from csvgate.runtime.errors import Permanent, Transient
from fakes.effects import Effects

PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    info: ObjectInfo
    data: bytes
    content_type: str


class _Body(BytesIO):
    def close(self) -> None:
        """Do nothing: as with the real writer, the context manager decides."""


class FakeObjectStore:
    def __init__(
        self,
        *buckets: str,
        effects: Effects | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        versioned: bool = False,
    ) -> None:
        self.versioned = versioned
        self._noncurrent: dict[tuple[str, str, int], Stored] = {}
        self.buckets: dict[str, dict[str, Stored]] = {bucket: {} for bucket in buckets}
        self.effects = effects or Effects()
        self._clock = clock
        self._generation = 1_000_000

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

    def stream(self, bucket: str, name: str, generation: int) -> Iterator[bytes]:
        self.effects.look("storage.stream", f"{bucket}/{name}")
        for start in range(0, len(self._pinned(bucket, name, generation)), PIECE_BYTES):
            # Looked up for each piece: the service fails too after an overwrite in mid-read.
            self.effects.look("storage.piece", f"{bucket}/{name}")
            yield self._pinned(bucket, name, generation)[start : start + PIECE_BYTES]

    def read(self, bucket: str, name: str, generation: int | None = None) -> bytes | None:
        self.effects.look("storage.read", f"{bucket}/{name}")
        stored = self._found(bucket, name, generation)
        return stored.data if stored else None

    def create(self, bucket: str, name: str, data: bytes, content_type: str) -> bool:
        if len(data) > CREATE_BYTES:
            raise Permanent("storage.too_large", f"gs://{bucket}/{name}: {len(data)} bytes")

        def change() -> bool:
            if name in self._bucket(bucket):
                return False
            self._store(bucket, name, data, content_type)
            return True

        return self.effects.do("storage.create", f"{bucket}/{name}", change)

    @contextmanager
    def writer(self, bucket: str, name: str, content_type: str) -> Iterator[BinaryIO]:
        body = _Body()
        yield body
        self.effects.do(
            "storage.write",
            f"{bucket}/{name}",
            lambda: self._store(bucket, name, body.getvalue(), content_type),
        )

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        self.effects.look("storage.names", f"{bucket}/{prefix}")
        yield from sorted(name for name in self._bucket(bucket) if name.startswith(prefix))

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

    def _store(
        self,
        bucket: str,
        name: str,
        data: bytes,
        content_type: str,
        content_encoding: str | None = None,
    ) -> Stored:
        self._generation += 1
        info = ObjectInfo(
            bucket, name, self._generation, len(data), content_encoding, self._clock()
        )
        stored = Stored(info, data, content_type)
        self._keep(bucket, name)
        self._bucket(bucket)[name] = stored
        return stored
