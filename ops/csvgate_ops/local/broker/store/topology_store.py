"""The stored topics and subscriptions."""

from collections.abc import Iterable
from dataclasses import dataclass

from csvgate_ops.local.broker.store.database import Database
from csvgate_ops.local.broker.store.message_store import DELETE_UNNEEDED

NO_TOPIC = 0
"""The topic id of a subscription whose topic has been deleted."""


@dataclass(frozen=True)
class StoredTopic:
    """A topic's row; `config` is a serialized google.pubsub.v1.Topic."""

    id: int
    name: str
    config: bytes


@dataclass(frozen=True)
class StoredSubscription:
    """A subscription's row; `config` is a serialized google.pubsub.v1.Subscription."""

    id: int
    name: str
    topic_id: int
    config: bytes


class TopologyStore:
    """The tables of topics and subscriptions. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def topics(self) -> list[StoredTopic]:
        """Return all topics."""
        rows = self._database.read("SELECT id, name, config FROM topic")
        return [StoredTopic(*row) for row in rows]

    def subscriptions(self) -> list[StoredSubscription]:
        """Return all subscriptions."""
        rows = self._database.read("SELECT id, name, topic_id, config FROM subscription")
        return [StoredSubscription(*row) for row in rows]

    def add_topic(self, name: str, config: bytes) -> int:
        """Store a new topic and return its id."""
        with self._database.transaction() as db:
            row = db.execute("INSERT INTO topic (name, config) VALUES (?, ?)", (name, config))
            return row.lastrowid or 0

    def set_topic(self, topic_id: int, config: bytes) -> None:
        """Store a topic's changed config."""
        with self._database.transaction() as db:
            db.execute("UPDATE topic SET config = ? WHERE id = ?", (config, topic_id))

    def delete_topic(self, topic_id: int, subscriptions: Iterable[tuple[int, bytes]]) -> None:
        """Delete a topic; its subscriptions, as (id, changed config), remain without a topic."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM topic WHERE id = ?", (topic_id,))
            db.executemany(
                "UPDATE subscription SET topic_id = ?, config = ? WHERE id = ?",
                ((NO_TOPIC, config, subscription_id) for subscription_id, config in subscriptions),
            )

    def add_subscription(self, name: str, topic_id: int, config: bytes) -> int:
        """Store a new subscription with an empty backlog and return its id."""
        with self._database.transaction() as db:
            row = db.execute(
                "INSERT INTO subscription (name, topic_id, config) VALUES (?, ?, ?)",
                (name, topic_id, config),
            )
            return row.lastrowid or 0

    def set_subscription(self, subscription_id: int, config: bytes) -> None:
        """Store a subscription's changed config."""
        with self._database.transaction() as db:
            db.execute("UPDATE subscription SET config = ? WHERE id = ?", (config, subscription_id))

    def delete_subscription(self, subscription_id: int) -> None:
        """Delete a subscription and the messages that no other subscription needs."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM subscription WHERE id = ?", (subscription_id,))
            db.execute("DELETE FROM backlog WHERE subscription_id = ?", (subscription_id,))
            db.execute(DELETE_UNNEEDED)
