"""Finds generations in the uploads bucket that the ledger does not know: their events are lost.

Cloud Storage delivers a notification at least once, but a trigger that was deleted, or created
after the file arrived, never sees it. No function can notice that. A notification that is published
again has the same effect as the first one.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from csvgate.contracts.match import Contracts
from csvgate.ports import ObjectInfo, Publisher
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.text import counted
from csvgate_ops.operate.audit import now, record
from csvgate_ops.operate.reconcile.facts import Deadline, Finding
from csvgate_ops.operate.storage_notification import object_finalized


@dataclass(frozen=True, slots=True)
class UnknownObjects:
    """Generations that the ledger does not know, although they are old enough."""

    lost: tuple[ObjectInfo, ...] = ()
    """A contract matches them, so they should have been loaded."""
    unmatched: tuple[ObjectInfo, ...] = ()


def unknown_objects(
    objects: Iterable[ObjectInfo],
    known: Container[str],
    contracts: Contracts,
    deadline: Deadline,
    *,
    since: datetime | None,
    ledger_kept: timedelta | None,
) -> UnknownObjects:
    """`known` are the ids of all uploads in the ledger, which must have been listed before the
    objects. An object is only judged if it was created since then and if the ledger, which deletes
    entries after `ledger_kept`, must still have an entry."""
    lost: list[ObjectInfo] = []
    unmatched: list[ObjectInfo] = []
    for info in objects:
        age = deadline.now - info.created
        if (since is not None and info.created < since) or not deadline.is_over(info.created):
            continue
        if ledger_kept is not None and age > ledger_kept - timedelta(days=1):
            continue
        if info.name.endswith("/") or upload_of(info).id in known:
            continue  # a folder is not an upload
        (lost if contracts.for_object(info.name) else unmatched).append(info)
    return UnknownObjects(tuple(lost), tuple(unmatched))


def upload_of(info: ObjectInfo) -> Upload:
    return Upload(info.bucket, info.name, info.generation)


def finding(info: ObjectInfo) -> Finding:
    return Finding(
        code="event.lost",
        upload=upload_of(info).id,
        where=upload_of(info).uri,
        message=f"{counted(info.size, 'byte')}, created {info.created:%Y-%m-%d %H:%M} UTC: a "
        "contract matches the file, but no function has received its event",
    )


def replay_lost(
    objects: Iterable[ObjectInfo],
    ledger: Ledger,
    publisher: Publisher,
    topic: str,
    actor: str,
    clock: Callable[[], datetime] = now,
) -> int:
    """Publish the notifications of the objects again, and return their number. Each is recorded in
    the audit log first, and not sent if that fails. Raises Transient and Permanent."""
    sent = 0
    for info in objects:
        details = {"upload": upload_of(info).id, "object": upload_of(info).uri, "topic": topic}
        record(ledger, "reconcile.replay_lost", actor, "its event was lost", details, clock)
        message = object_finalized(
            bucket=info.bucket,
            name=info.name,
            generation=info.generation,
            size=info.size,
            crc32c=info.crc32c,
            created=info.created,
            content_encoding=info.content_encoding,
        )
        publisher.publish(topic, message).wait()
        sent += 1
    return sent
