"""Stage encoded chunks with a bounded number under way, and list them for the seal."""

from collections import deque
from concurrent.futures import Executor, Future
from dataclasses import field
from hashlib import sha256
from typing import Final

from csvgate.light_dataclass import dataclass
from csvgate.ports import ObjectStore
from csvgate.protocol.ledger.entries import StagedChunk
from csvgate.protocol.staging import staged_name
from csvgate.validation.faults import FileFault

MAX_CHUNKS: Final = 10_000
"""The most streams that one commit may name (BigQuery's quota page)."""
_IN_FLIGHT: Final = 4
"""The most chunks, of up to 16 MiB each, that wait in memory until they are stored."""
_CONTENT_TYPE: Final = "application/vnd.apache.arrow.stream"


@dataclass(slots=True)
class StagingOutput:
    """The chunks of one reading of an upload, numbered from 0."""

    store: ObjectStore
    pool: Executor
    bucket: str
    upload: str
    chunks: list[StagedChunk] = field(default_factory=list)
    _under_way: deque["Future[int | None]"] = field(default_factory=deque)

    def write(self, data: bytes, rows: int) -> None:
        """Stage the next chunk; blocks while too many are under way. Raises FileFault
        `file.too_many_chunks`."""
        if len(self.chunks) == MAX_CHUNKS:
            raise FileFault(
                "file.too_many_chunks",
                f"the file has more than {MAX_CHUNKS:,} chunks, which cannot become visible "
                "together; split the file",
            )
        digest = sha256(data).hexdigest()
        name = staged_name(self.upload, digest)
        self.chunks.append(StagedChunk(rows=rows, bytes=len(data), sha256=digest))
        # If the name is taken, the object has the same bytes: the name contains their digest.
        self._under_way.append(
            self.pool.submit(self.store.create, self.bucket, name, data, _CONTENT_TYPE)
        )
        while len(self._under_way) > _IN_FLIGHT:
            self._under_way.popleft().result()

    def wait(self) -> None:
        """Return once every chunk is stored."""
        while self._under_way:
            self._under_way.popleft().result()
