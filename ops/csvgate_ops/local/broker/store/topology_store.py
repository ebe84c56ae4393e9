"""Topics, subscriptions and snapshots, as they are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from csvgate_ops.local.broker.store.database import Database
from csvgate_ops.local.broker.store.message_store import FORGET_UNNEEDED

NO_TOPIC = 0
"""The topic id of a queue whose topic is deleted."""

Kind = Literal["subscription", "snapshot"]


@dataclass(frozen=True)
class StoredTopic:
    """A topic's row; `config` is a serialized google.pubsub.v1.Topic."""

    id: int
    name: str
    config: bytes


@dataclass(frozen=True)
class StoredQueue:
    """A subscription's or snapshot's row; `config` is that message, serialized."""

    id: int
    name: str
    topic_id: int
    config: bytes


class TopologyStore:
    """The tables of topics and queues. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def topics(self) -> list[StoredTopic]:
        """Every topic."""
        rows = self._database.read("SELECT id, name, config FROM topic")
        return [StoredTopic(*row) for row in rows]

    def queues(self, kind: Kind) -> list[StoredQueue]:
        """Every queue of this kind."""
        query = "SELECT id, name, topic_id, config FROM queue WHERE kind = ?"
        return [StoredQueue(*row) for row in self._database.read(query, (kind,))]

    def add_topic(self, name: str, config: bytes) -> int:
        """Keep a new topic; its id."""
        with self._database.transaction() as db:
            row = db.execute("INSERT INTO topic (name, config) VALUES (?, ?)", (name, config))
            return row.lastrowid or 0

    def set_topic(self, topic_id: int, config: bytes) -> None:
        """Keep a topic's changed config."""
        with self._database.transaction() as db:
            db.execute("UPDATE topic SET config = ? WHERE id = ?", (config, topic_id))

    def delete_topic(self, topic_id: int, queues: Iterable[tuple[int, bytes]]) -> None:
        """Forget a topic; its queues, as (id, changed config), stay without a topic."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM topic WHERE id = ?", (topic_id,))
            db.executemany(
                "UPDATE queue SET topic_id = ?, config = ? WHERE id = ?",
                ((NO_TOPIC, config, queue_id) for queue_id, config in queues),
            )
            # What only the topic's retention kept is of no use to anyone any more.
            db.execute("UPDATE message SET keep_until = 0 WHERE topic_id = ?", (topic_id,))
            db.execute(FORGET_UNNEEDED, (0,))

    def add_queue(self, kind: Kind, name: str, topic_id: int, config: bytes) -> int:
        """Keep a new, empty queue; its id."""
        with self._database.transaction() as db:
            row = db.execute(
                "INSERT INTO queue (name, kind, topic_id, config) VALUES (?, ?, ?, ?)",
                (name, kind, topic_id, config),
            )
            return row.lastrowid or 0

    def set_queue(self, queue_id: int, config: bytes) -> None:
        """Keep a queue's changed config."""
        with self._database.transaction() as db:
            db.execute("UPDATE queue SET config = ? WHERE id = ?", (config, queue_id))

    def delete_queue(self, queue_id: int, now: int) -> None:
        """Forget a queue, and the messages that only it still needed."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM queue WHERE id = ?", (queue_id,))
            db.execute("DELETE FROM backlog WHERE queue_id = ?", (queue_id,))
            db.execute(FORGET_UNNEEDED, (now,))
