"""Retention, seek and snapshots: changes to whole backlogs. Times are microseconds since the epoch.

Every method is one transaction.
"""

from collections.abc import Callable, Sequence

from csvgate_ops.local.broker.store.database import Database
from csvgate_ops.local.broker.store.message_store import FORGET_UNNEEDED

Wanted = Callable[[Sequence[int]], Sequence[int]]
"""Those of the messages, by seq, that a subscription's filter lets through."""

_OLDER = "seq IN (SELECT seq FROM message WHERE published < ?)"


class ReplayStore:
    """Moves the line between what is acknowledged and what is not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def oldest(self, queue_id: int) -> int | None:
        """When the oldest message of a queue was published, or None when it has none."""
        query = (
            "SELECT published FROM message WHERE seq ="
            " (SELECT min(seq) FROM backlog WHERE queue_id = ?)"
        )
        rows = self._database.read(query, (queue_id,))
        return int(rows[0][0]) if rows else None

    def drop_older(self, queue_id: int, published: int) -> list[int]:
        """Take what was published before then out of a queue; the seqs that were in it."""
        query = f"DELETE FROM backlog WHERE queue_id = ? AND {_OLDER} RETURNING seq"  # noqa: S608
        with self._database.transaction() as db:
            return [seq for (seq,) in db.execute(query, (queue_id, published)).fetchall()]

    def forget_unneeded(self, now: int) -> None:
        """Delete the messages that nothing keeps any more."""
        with self._database.transaction() as db:
            db.execute(FORGET_UNNEEDED, (now,))

    def empty(self, queue_id: int, now: int) -> None:
        """Take everything out of a queue."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM backlog WHERE queue_id = ?", (queue_id,))
            db.execute(FORGET_UNNEEDED, (now,))

    def seek(
        self,
        queue_id: int,
        topic_id: int,
        published: int,
        wanted: Wanted,
        *,
        retain: bool,
        now: int,
    ) -> None:
        """Acknowledge what is older than `published`, and bring back the rest where it is kept.

        Kept are messages that this queue retains after acknowledgement, and those that the topic
        retains; of the latter only the `wanted` ones come in.
        """
        kept = "SELECT seq FROM message WHERE topic_id = ? AND published >= ? AND keep_until > ?"
        rows = self._database.read(kept, (topic_id, published, now))
        from_topic = wanted([seq for (seq,) in rows])
        acknowledge = (
            f"UPDATE backlog SET acked = 1 WHERE queue_id = ? AND {_OLDER}"  # noqa: S608
            if retain
            else f"DELETE FROM backlog WHERE queue_id = ? AND {_OLDER}"  # noqa: S608
        )
        with self._database.transaction() as db:
            db.execute(acknowledge, (queue_id, published))
            db.execute(
                f"UPDATE backlog SET acked = 0, failures = 0 WHERE queue_id = ? AND NOT {_OLDER}",  # noqa: S608
                (queue_id, published),
            )
            _put(db.executemany, queue_id, from_topic)
            db.execute(FORGET_UNNEEDED, (now,))

    def take_snapshot(self, queue_id: int, snapshot_id: int) -> None:
        """Fill a new snapshot with what a subscription has not acknowledged."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO backlog (queue_id, seq)"
                " SELECT ?, seq FROM backlog WHERE queue_id = ? AND acked = 0",
                (snapshot_id, queue_id),
            )

    def seek_to_snapshot(
        self, queue_id: int, snapshot_id: int, wanted: Wanted, *, retain: bool, now: int
    ) -> None:
        """Make the snapshot's messages, as far as `wanted`, the unacknowledged ones of a queue."""
        query = "SELECT seq FROM backlog WHERE queue_id = ? ORDER BY seq"
        seqs = wanted([seq for (seq,) in self._database.read(query, (snapshot_id,))])
        change = (
            "UPDATE backlog SET acked = 1 WHERE queue_id = ?"
            if retain
            else "DELETE FROM backlog WHERE queue_id = ?"
        )
        with self._database.transaction() as db:
            db.execute(change, (queue_id,))
            _put(db.executemany, queue_id, seqs)
            db.execute(FORGET_UNNEEDED, (now,))


def _put(
    executemany: Callable[[str, list[tuple[int, int]]], object], queue_id: int, seqs: Sequence[int]
) -> None:
    executemany(
        "INSERT INTO backlog (queue_id, seq) VALUES (?, ?)"
        " ON CONFLICT (queue_id, seq) DO UPDATE SET acked = 0, failures = 0",
        [(queue_id, seq) for seq in seqs],
    )
