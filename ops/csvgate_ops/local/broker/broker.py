"""The broker without its wire: publishing, fan-out to subscriptions, dead letters.

One lock orders everything that publishes or changes topics and subscriptions. Each subscription
has a lock of its own for deliveries. Whoever holds a subscription's lock never asks for the
broker's.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.catalog import Catalog, Snapshot, Topic
from csvgate_ops.local.broker.clock import Clock, SystemClock
from csvgate_ops.local.broker.delivery import dead_letter
from csvgate_ops.local.broker.delivery.entry import Entry
from csvgate_ops.local.broker.delivery.subscription import Services, Subscription
from csvgate_ops.local.broker.delivery.timer import Timer
from csvgate_ops.local.broker.store.database import Database
from csvgate_ops.local.broker.store.message_store import MessageStore, StoredMessage
from csvgate_ops.local.broker.store.numbering import Numbering
from csvgate_ops.local.broker.store.replay_store import ReplayStore
from csvgate_ops.local.broker.store.topology_store import TopologyStore

log = logging.getLogger(__name__)

FILE = "pubsub.sqlite3"

FORWARD_BYTES = 10_000_000
"""Messages are forwarded to a dead-letter topic in transactions of about this size."""


class Broker:
    """All state of one data directory. `close` it when done."""

    def __init__(self, data_dir: Path, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.lock = threading.RLock()
        self.database = Database(data_dir / FILE)
        self.topology = TopologyStore(self.database)
        self.messages = MessageStore(self.database)
        self.replay = ReplayStore(self.database)
        self.timer = Timer(self.clock)
        self.catalog = Catalog()
        self.closing = threading.Event()
        self._numbering = Numbering(self.messages, self.clock)
        self._services = Services(
            clock=self.clock,
            messages=self.messages,
            timer=self.timer,
            forward=self._forward,
            now_micros=self.now_micros,
        )
        self._load()
        self.timer.start()

    def _load(self) -> None:
        topics: dict[int, Topic] = {}
        for row in self.topology.topics():
            topics[row.id] = Topic(row.id, protobuf.Topic.FromString(row.config))
            self.catalog.topics[row.name] = topics[row.id]
        for queue in self.topology.queues("subscription"):
            subscription = self.open_subscription(
                queue.id, protobuf.Subscription.FromString(queue.config)
            )
            self.catalog.subscriptions[queue.name] = subscription
            if (topic := topics.get(queue.topic_id)) and not subscription.settings.detached:
                topic.subscriptions.append(subscription)
        for queue in self.topology.queues("snapshot"):
            snapshot = Snapshot(queue.id, protobuf.Snapshot.FromString(queue.config))
            self.catalog.snapshots[queue.name] = snapshot
            if topic := topics.get(queue.topic_id):
                topic.snapshots.append(snapshot)

    def open_subscription(self, row_id: int, config: Any) -> Subscription:
        """The subscription of a row in the store, ready to deliver."""
        return Subscription(row_id, config, self._services)

    def now_micros(self) -> int:
        """Now, in microseconds since the epoch."""
        return int(self.clock.wall() * protobuf.MICROS)

    def stop_consumers(self) -> None:
        """Send every waiting consumer away: the broker is about to close."""
        self.closing.set()
        with self.lock:
            for subscription in self.catalog.subscriptions.values():
                subscription.wake()

    def close(self) -> None:
        """Stop and close the file. Nothing else may be called afterwards."""
        self.stop_consumers()
        self.timer.stop()
        self.database.close()

    def drop_snapshot(self, name: str) -> None:
        """Forget a snapshot and the messages that only it still needed; call with the lock."""
        snapshot = self.catalog.snapshots.pop(name)
        for topic in self.catalog.topics.values():
            if snapshot in topic.snapshots:
                topic.snapshots.remove(snapshot)
        self.topology.delete_queue(snapshot.id, self.now_micros())

    # -- publishing ------------------------------------------------------------------------

    def publish(self, topic_name: str, messages: Sequence[Any]) -> list[str]:
        """Publish `PubsubMessage`s, filling in their ids and publish times; the ids, in order.

        On return they are on disk.
        """
        with self.lock:
            topic = self.catalog.topic(topic_name)
            return self._publish(topic, messages)

    def _publish(
        self, topic: Topic, messages: Sequence[Any], moved: Sequence[tuple[int, int]] = ()
    ) -> list[str]:
        now = self._numbering.publish_time()
        keep_until = now + topic.retention_micros if topic.retention_micros else 0
        stored: list[StoredMessage] = []
        for seq, message in zip(self._numbering.take(len(messages)), messages, strict=True):
            message.message_id = str(seq)
            message.publish_time.CopyFrom(protobuf.timestamp(now))
            body = message.SerializeToString()
            stored.append(StoredMessage(seq, topic.id, now, keep_until, message.ordering_key, body))
        ids = [message.message_id for message in messages]

        offers: list[tuple[Subscription, list[StoredMessage]]] = []
        for subscription in topic.subscriptions:
            matches = subscription.settings.filter.matches
            offers.append(
                (
                    subscription,
                    [
                        kept
                        for kept, message in zip(stored, messages, strict=True)
                        if matches(message.attributes)
                    ],
                )
            )
        backlog = [(subscription.id, m.seq) for subscription, kept in offers for m in kept]
        backlog += [(snapshot.id, m.seq) for snapshot in topic.snapshots for m in stored]
        needed = {seq for _, seq in backlog}
        self.messages.append(
            [message for message in stored if keep_until or message.seq in needed],
            backlog,
            moved,
            now,
        )
        for subscription, kept in offers:
            subscription.offer([Entry(m.seq, len(m.body), m.ordering_key) for m in kept])
        return ids

    # -- dead letters ----------------------------------------------------------------------

    def _forward(self, source: Subscription, entries: Sequence[Entry]) -> set[int]:
        """Move entries to the dead-letter topic of their subscription; the seqs that moved.

        None of them does while there is no such topic.
        """
        policy = source.settings.dead_letter
        with self.lock:
            topic = self.catalog.topics.get(policy.topic) if policy else None
            if topic is None:
                log.warning(
                    "%s: its dead-letter topic %s does not exist; %d messages stay and are retried",
                    source.name,
                    policy and policy.topic,
                    len(entries),
                )
                return set()
            if not topic.subscriptions:
                log.warning(
                    "%s: nobody subscribes to %s; %d messages that are forwarded to it are lost",
                    source.name,
                    topic.config.name,
                    len(entries),
                )
            for batch in _batches(entries):
                self._forward_batch(source, topic, batch)
        return {entry.seq for entry in entries}

    def _forward_batch(self, source: Subscription, topic: Topic, entries: Sequence[Entry]) -> None:
        bodies = self.messages.bodies([entry.seq for entry in entries])
        found = [entry for entry in entries if entry.seq in bodies]
        letters = [
            dead_letter.forwarded(bodies[entry.seq], source.name, entry.failures) for entry in found
        ]
        self._publish(topic, letters, [(source.id, entry.seq) for entry in found])


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Entries in groups that fit into memory: a whole backlog may fail at once."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        if batch and size + entry.size > FORWARD_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch
