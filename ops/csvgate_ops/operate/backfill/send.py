"""Send objects to the functions at a limited rate."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from csvgate.ports import Clock, Message, ObjectInfo, Publisher
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.errors import Failure, Transient
from csvgate_ops.operate.audit import record
from csvgate_ops.operate.backfill.copy import Copier
from csvgate_ops.operate.backfill.plan import Item, Plan, upload_of
from csvgate_ops.operate.storage_notification import object_finalized

MOST_FAILURES: Final = 5
"""A run stops after this many transient failures in a row."""


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int
    seconds_left: float
    """By the pace so far."""


@dataclass(frozen=True, slots=True)
class NotSent:
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Sending:
    """The result of a run."""

    sent: tuple[Upload, ...]
    failed: tuple[NotSent, ...]
    stopped: bool
    """The run ended before it had sent everything."""


@dataclass(slots=True)
class Sender:
    ledger: Ledger
    publisher: Publisher
    copier: Copier
    topic: str
    """The topic of Cloud Storage's notifications."""
    uploads_bucket: str
    actor: str
    clock: Clock
    rate: float
    """The most objects per second."""
    on_progress: Callable[[Progress], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    """Set it to stop the run before the next object."""
    monotonic: Callable[[], float] = time.monotonic

    def run(self, plan: Plan, reason: str) -> Sending:
        """Send everything, the oldest object first. The audit log records the beginning, and the
        end unless the run is killed. An interruption ends the run in an orderly way. Raises
        Transient and Permanent if the beginning cannot be recorded; nothing is sent then."""
        details = {
            "bucket": plan.source,
            "prefix": plan.prefix,
            "objects": len(plan.items),
            "known": len(plan.known),
            "left_out": len(plan.left_out),
        }
        begun = record(self.ledger, "backfill", self.actor, reason, details, self.clock)
        sent, failed = list[Upload](), list[NotSent]()
        try:
            self._send_all(plan.items, sent, failed)
        except KeyboardInterrupt:
            self.stop.set()
        finally:
            counts = {"run": begun, "sent": len(sent), "failed": len(failed)}
            stopped = len(sent) + len(failed) < len(plan.items)
            details = {**counts, "stopped": stopped}
            record(self.ledger, "backfill.ended", self.actor, reason, details, self.clock)
        return Sending(tuple(sent), tuple(failed), stopped)

    def _send_all(self, items: tuple[Item, ...], sent: list[Upload], failed: list[NotSent]) -> None:
        began, in_a_row = self.monotonic(), 0
        for number, item in enumerate(items):
            if self.stop.wait(max(0.0, began + number / self.rate - self.monotonic())):
                return
            try:
                sent.append(self._send(item))
                in_a_row = 0
            except Failure as failure:
                failed.append(NotSent(item.info.name, str(failure)))
                in_a_row = in_a_row + 1 if isinstance(failure, Transient) else 0
            done = number + 1
            pace = max((self.monotonic() - began) / done, 1 / self.rate)
            self.on_progress(Progress(done, len(items), pace * (len(items) - done)))
            if in_a_row >= MOST_FAILURES:
                return

    def _send(self, item: Item) -> Upload:
        """Raises Transient and Permanent."""
        if item.is_copied:
            self.publisher.publish(self.topic, _notification(item.info)).wait()
            return upload_of(item.info)
        copied = self.copier.copy(item.info, self.uploads_bucket)
        if copied is None:
            # Another run copies at the same time, or the answer to an earlier try was lost. The
            # next plan compares what has the name.
            raise Transient(
                "backfill.taken",
                f"gs://{self.uploads_bucket}/{item.info.name} exists since a moment ago; run the "
                "command again, which compares the two",
            )
        return upload_of(copied)


def _notification(info: ObjectInfo) -> Message:
    return object_finalized(
        bucket=info.bucket,
        name=info.name,
        generation=info.generation,
        size=info.size,
        crc32c=info.crc32c,
        created=info.created,
        content_encoding=info.content_encoding,
    )
