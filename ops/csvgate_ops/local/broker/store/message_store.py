"""The stored messages and backlogs. Times are microseconds since the epoch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from csvgate_ops.local.broker.delivery.entry import Entry
from csvgate_ops.local.broker.store.body_cache import BodyCache
from csvgate_ops.local.broker.store.database import Database

DELETE_UNNEEDED = """
DELETE FROM message
    WHERE NOT EXISTS (SELECT 1 FROM backlog WHERE backlog.seq = message.seq)
"""
"""Delete the messages that are in no subscription's backlog."""

_DELETE_ONE_UNNEEDED = DELETE_UNNEEDED + " AND seq = ?"

_BODIES_AT_ONCE = 200


@dataclass(frozen=True)
class StoredMessage:
    """A message's row. `body` is the serialized PubsubMessage, with its id and publish time."""

    seq: int
    published: int
    body: bytes


class MessageStore:
    """The tables of messages and backlogs. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bodies = BodyCache()

    def last_published(self) -> int:
        """Return the latest publish time in the file, 0 when it holds no messages."""
        [(published,)] = self._database.read("SELECT max(published) FROM message")
        return published or 0

    def reserve(self, count: int) -> range:
        """Return the next `count` sequence numbers; no later call, in any process, returns them
        again."""
        with self._database.transaction() as db:
            [(last,)] = db.execute("UPDATE reserved SET seq = seq + ? RETURNING seq", (count,))
        return range(last - count + 1, last + 1)

    def append(
        self,
        messages: Sequence[StoredMessage],
        backlog: Iterable[tuple[int, int]],
        moved: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Store published messages and add them to backlogs, as (subscription id, seq).

        The messages in `moved`, as (subscription id, seq), leave their backlogs in the same
        transaction, so that forwarding to a dead-letter topic is atomic.
        """
        rows = ((m.seq, m.published, len(m.body), m.body) for m in messages)
        with self._database.transaction() as db:
            db.executemany(
                "INSERT INTO message (seq, published, size, body) VALUES (?, ?, ?, ?)", rows
            )
            db.executemany("INSERT INTO backlog (subscription_id, seq) VALUES (?, ?)", backlog)
            if moved:
                db.executemany("DELETE FROM backlog WHERE subscription_id = ? AND seq = ?", moved)
                db.executemany(_DELETE_ONE_UNNEEDED, ((seq,) for _, seq in moved))
        self._bodies.add((message.seq, message.body) for message in messages)

    def page(self, subscription_id: int, after: int, limit: int) -> list[Entry]:
        """Return the next unacknowledged messages of a subscription, in order of publication."""
        query = (
            "SELECT backlog.seq, size, failures FROM backlog"
            " JOIN message ON message.seq = backlog.seq"
            " WHERE subscription_id = ? AND backlog.seq > ?"
            " ORDER BY backlog.seq LIMIT ?"
        )
        return [Entry(*row) for row in self._database.read(query, (subscription_id, after, limit))]

    def bodies(self, seqs: Sequence[int]) -> dict[int, bytes]:
        """Return the serialized messages by seq, without those that have been deleted."""
        found = self._bodies.get(seqs)
        missing = [seq for seq in seqs if seq not in found]
        for start in range(0, len(missing), _BODIES_AT_ONCE):
            part = missing[start : start + _BODIES_AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT seq, body FROM message WHERE seq IN ({marks})"  # noqa: S608 - marks only
            found.update(self._database.read(query, part))
        return found

    def acknowledge(self, subscription_id: int, seqs: Sequence[int]) -> None:
        """Remove messages from a subscription's backlog."""
        with self._database.transaction() as db:
            db.executemany(
                "DELETE FROM backlog WHERE subscription_id = ? AND seq = ?",
                ((subscription_id, seq) for seq in seqs),
            )
            db.executemany(_DELETE_ONE_UNNEEDED, ((seq,) for seq in seqs))
        self._bodies.discard(seqs)

    def record_failures(self, subscription_id: int, entries: Iterable[Entry]) -> None:
        """Store how many times messages of a subscription have failed."""
        with self._database.transaction() as db:
            db.executemany(
                "UPDATE backlog SET failures = ? WHERE subscription_id = ? AND seq = ?",
                ((entry.failures, subscription_id, entry.seq) for entry in entries),
            )

    # -- retention -------------------------------------------------------------------------

    def oldest(self, subscription_id: int) -> int | None:
        """Return the publish time of the oldest message in a backlog, or None when it is empty."""
        query = (
            "SELECT published FROM message WHERE seq ="
            " (SELECT min(seq) FROM backlog WHERE subscription_id = ?)"
        )
        rows = self._database.read(query, (subscription_id,))
        return int(rows[0][0]) if rows else None

    def drop_older(self, subscription_id: int, published: int) -> list[int]:
        """Remove the messages published before that time from a backlog; returns their seqs."""
        query = (
            "DELETE FROM backlog WHERE subscription_id = ?"
            " AND seq IN (SELECT seq FROM message WHERE published < ?) RETURNING seq"
        )
        with self._database.transaction() as db:
            seqs = [seq for (seq,) in db.execute(query, (subscription_id, published)).fetchall()]
            db.executemany(_DELETE_ONE_UNNEEDED, ((seq,) for seq in seqs))
        return seqs
