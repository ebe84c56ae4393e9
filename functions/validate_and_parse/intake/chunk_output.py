"""Publish chunk messages with a bounded number on the way, and know when all are safe."""

from collections import deque
from dataclasses import dataclass, field

from cloudevents.http import CloudEvent

from csvgate.ports import Publisher, Receipt
from csvgate.protocol.cloudevents_pubsub import ARROW_STREAM, message_of
from csvgate.protocol.events import RECORDS_VALIDATED

_IN_FLIGHT = 4
"""Messages of up to 7 MB each that may wait in memory."""


@dataclass(slots=True)
class ChunkPublisher:
    publisher: Publisher
    topic: str
    source: str
    upload: str
    plan: str
    trace: str
    time: str
    """When the upload was received, RFC 3339: the same on every delivery."""
    corrects: str | None = None
    """The upload whose `_upload_id` the rows keep, when these are its mended rows."""
    count: int = 0
    _waiting: deque[Receipt] = field(default_factory=deque)

    def publish(self, data: bytes, rows: int) -> None:
        """Give the next index to this chunk and send it; blocks while too many are on the way."""
        event = CloudEvent(
            {
                "type": RECORDS_VALIDATED,
                "source": self.source,
                "id": f"{self.upload}-{self.plan}-{self.count:06d}",
                "time": self.time,
                "subject": self.upload,
                "datacontenttype": ARROW_STREAM,
                "traceparent": self.trace,
                "uploadid": self.upload,
                "plan": self.plan,
                "chunk": str(self.count),
                "rows": str(rows),
                **({"corrects": self.corrects} if self.corrects else {}),
            },
            data,
        )
        self.count += 1
        self._waiting.append(self.publisher.publish(self.topic, message_of(event)))
        while len(self._waiting) > _IN_FLIGHT:
            self._waiting.popleft().wait()

    def wait(self) -> None:
        """Return once every chunk is safe with the service."""
        while self._waiting:
            self._waiting.popleft().wait()
