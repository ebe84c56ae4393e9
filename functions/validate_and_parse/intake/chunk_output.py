"""Publish chunks with a bounded number under way, and wait until Pub/Sub has all of them."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from csvgate.ports import Publisher, Receipt
from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.messages.validated_records import Chunk, chunk_message

_IN_FLIGHT: Final = 4
"""Messages of up to 7 MB each that may wait in memory."""


@dataclass(slots=True)
class ChunkPublisher:
    """The chunks of one plan of an upload, numbered from 0."""

    publisher: Publisher
    topic: str
    received: Received
    plan: str
    corrects: str | None
    """The upload whose rejected rows these are, when the upload is a correction."""
    count: int = 0
    _waiting: deque[Receipt] = field(default_factory=deque)

    def publish(self, data: bytes, rows: int) -> None:
        """Publish the chunk under the next index; blocks while too many are under way."""
        upload = self.received.upload.id
        chunk = Chunk(upload, self.plan, self.count, rows, data, self.corrects)
        message = chunk_message(
            chunk, received_at=self.received.received_at, trace=self.received.trace
        )
        self.count += 1
        self._waiting.append(self.publisher.publish(self.topic, message))
        while len(self._waiting) > _IN_FLIGHT:
            self._waiting.popleft().wait()

    def wait(self) -> None:
        """Return once Pub/Sub has every chunk."""
        while self._waiting:
            self._waiting.popleft().wait()
