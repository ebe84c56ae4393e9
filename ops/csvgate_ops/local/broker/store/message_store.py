"""Messages and who still needs them, as they are kept. Times are microseconds since the epoch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from csvgate_ops.local.broker.delivery.entry import Entry
from csvgate_ops.local.broker.store.body_cache import BodyCache
from csvgate_ops.local.broker.store.database import Database

FORGET_UNNEEDED = """
DELETE FROM message WHERE keep_until <= ?
    AND NOT EXISTS (SELECT 1 FROM backlog WHERE backlog.seq = message.seq)
"""
"""Delete messages in no queue whose topic does not retain them (any more) at the given time."""

_FORGET_ONE = FORGET_UNNEEDED + " AND seq = ?"

_BODIES_AT_ONCE = 200


@dataclass(frozen=True)
class StoredMessage:
    """A message's row. `body` is the serialized PubsubMessage, with its id and publish time."""

    seq: int
    topic_id: int
    published: int
    keep_until: int
    ordering_key: str
    body: bytes


class MessageStore:
    """The tables of messages and backlogs. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bodies = BodyCache()

    def last_published(self) -> int:
        """The latest publish time in the file, 0 when it holds no message."""
        [(published,)] = self._database.read("SELECT max(published) FROM message")
        return published or 0

    def reserve(self, count: int) -> range:
        """The next `count` sequence numbers; no later call, in any process, gives them again."""
        with self._database.transaction() as db:
            [(last,)] = db.execute("UPDATE reserved SET seq = seq + ? RETURNING seq", (count,))
        return range(last - count + 1, last + 1)

    def append(
        self,
        messages: Sequence[StoredMessage],
        backlog: Iterable[tuple[int, int]],
        moved: Sequence[tuple[int, int]] = (),
        now: int = 0,
    ) -> None:
        """Keep published messages, and put them into queues, as (queue id, seq).

        What `moved` names, as (queue id, seq), leaves its queue in the same transaction: a
        message moves to a dead-letter topic as a whole or not at all.
        """
        rows = (
            (m.seq, m.topic_id, m.published, m.keep_until, m.ordering_key, len(m.body), m.body)
            for m in messages
        )
        with self._database.transaction() as db:
            db.executemany(
                "INSERT INTO message"
                " (seq, topic_id, published, keep_until, ordering_key, size, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            db.executemany("INSERT INTO backlog (queue_id, seq) VALUES (?, ?)", backlog)
            if moved:
                db.executemany("DELETE FROM backlog WHERE queue_id = ? AND seq = ?", moved)
                db.executemany(_FORGET_ONE, ((now, seq) for _, seq in moved))
        self._bodies.add((message.seq, message.body) for message in messages)

    def page(self, queue_id: int, after: int, limit: int) -> list[Entry]:
        """The next unacknowledged messages of a queue, in order."""
        query = (
            "SELECT backlog.seq, size, ordering_key, failures FROM backlog"
            " JOIN message ON message.seq = backlog.seq"
            " WHERE queue_id = ? AND backlog.seq > ? AND acked = 0"
            " ORDER BY backlog.seq LIMIT ?"
        )
        return [Entry(*row) for row in self._database.read(query, (queue_id, after, limit))]

    def bodies(self, seqs: Sequence[int]) -> dict[int, bytes]:
        """The serialized messages by seq; one that is no longer needed is left out."""
        found = self._bodies.get(seqs)
        missing = [seq for seq in seqs if seq not in found]
        for start in range(0, len(missing), _BODIES_AT_ONCE):
            part = missing[start : start + _BODIES_AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT seq, body FROM message WHERE seq IN ({marks})"  # noqa: S608 - marks only
            found.update(self._database.read(query, part))
        return found

    def acknowledge(self, queue_id: int, seqs: Sequence[int], *, retain: bool, now: int) -> None:
        """Take messages out of a queue, or only mark them when it retains acknowledged ones."""
        change = (
            "UPDATE backlog SET acked = 1 WHERE queue_id = ? AND seq = ?"
            if retain
            else "DELETE FROM backlog WHERE queue_id = ? AND seq = ?"
        )
        with self._database.transaction() as db:
            db.executemany(change, ((queue_id, seq) for seq in seqs))
            if not retain:
                db.executemany(_FORGET_ONE, ((now, seq) for seq in seqs))
        self._bodies.discard(seqs)

    def record_failures(self, queue_id: int, entries: Iterable[Entry]) -> None:
        """Keep how often messages of a queue failed."""
        with self._database.transaction() as db:
            db.executemany(
                "UPDATE backlog SET failures = ? WHERE queue_id = ? AND seq = ?",
                ((entry.failures, queue_id, entry.seq) for entry in entries),
            )
