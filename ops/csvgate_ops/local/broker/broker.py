"""Publishing, fan-out to subscriptions and dead-letter forwarding, without the gRPC layer.

One lock serializes publishing and changes to topics and subscriptions. Each subscription has its
own lock for deliveries. A thread that holds a subscription's lock never takes the broker's lock.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.api.names import identifier_of, project_of
from csvgate_ops.local.broker.catalog import Catalog, Topic
from csvgate_ops.local.broker.delivery.entry import Entry
from csvgate_ops.local.broker.delivery.subscription import Services, Subscription
from csvgate_ops.local.broker.delivery.timer import Clock, SystemClock, Timer
from csvgate_ops.local.broker.store.database import Database
from csvgate_ops.local.broker.store.message_store import MessageStore, StoredMessage
from csvgate_ops.local.broker.store.topology_store import TopologyStore

log = logging.getLogger(__name__)

FILE = "pubsub.sqlite3"

FORWARD_BYTES = 10_000_000
"""Messages are forwarded to a dead-letter topic in transactions of about this size."""

ID_BLOCK = 10_000
"""Message ids reserved at a time; a restart skips the rest of a block."""

DEAD_LETTER_PREFIX = "CloudPubSubDeadLetterSource"


class Broker:
    """All state of one data directory. Call `close` at the end."""

    def __init__(self, data_dir: Path, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.lock = threading.RLock()
        self.database = Database(data_dir / FILE)
        self.topology = TopologyStore(self.database)
        self.messages = MessageStore(self.database)
        self.timer = Timer(self.clock)
        self.catalog = Catalog()
        self.closing = threading.Event()
        self._free_ids = range(0)
        self._last_published = self.messages.last_published()
        self._services = Services(
            clock=self.clock, messages=self.messages, timer=self.timer, forward=self._forward
        )
        self._load()
        self.timer.start()

    def _load(self) -> None:
        topics: dict[int, Topic] = {}
        for row in self.topology.topics():
            topics[row.id] = Topic(row.id, protobuf.Topic.FromString(row.config))
            self.catalog.topics[row.name] = topics[row.id]
        for stored in self.topology.subscriptions():
            subscription = self.open_subscription(
                stored.id, protobuf.Subscription.FromString(stored.config)
            )
            self.catalog.subscriptions[stored.name] = subscription
            if topic := topics.get(stored.topic_id):
                topic.subscriptions.append(subscription)

    def open_subscription(self, row_id: int, config: Any) -> Subscription:
        """Build the subscription of a row in the store, ready to deliver."""
        return Subscription(row_id, config, self._services)

    def now_micros(self) -> int:
        """Return the wall-clock time in microseconds since the epoch."""
        return int(self.clock.wall() * protobuf.MICROS)

    def stop_consumers(self) -> None:
        """Make every waiting consumer return: the broker is about to close."""
        self.closing.set()
        with self.lock:
            for subscription in self.catalog.subscriptions.values():
                subscription.wake()

    def close(self) -> None:
        """Stop and close the file. No method may be called afterwards."""
        self.stop_consumers()
        self.timer.stop()
        self.database.close()

    # -- publishing ------------------------------------------------------------------------

    def publish(self, topic_name: str, messages: Sequence[Any]) -> list[str]:
        """Publish `PubsubMessage`s, set their ids and publish times, and return the ids in order.

        The messages are on disk when it returns.
        """
        with self.lock:
            return self._publish(self.catalog.topic(topic_name), messages)

    def _publish(
        self, topic: Topic, messages: Sequence[Any], moved: Sequence[tuple[int, int]] = ()
    ) -> list[str]:
        # The clock may step back; publish times must not.
        self._last_published = max(self._last_published, self.now_micros())
        stored: list[StoredMessage] = []
        for seq, message in zip(self._take_ids(len(messages)), messages, strict=True):
            message.message_id = str(seq)
            message.publish_time.CopyFrom(protobuf.timestamp(self._last_published))
            stored.append(StoredMessage(seq, self._last_published, message.SerializeToString()))
        ids = [message.message_id for message in messages]
        self.messages.append(
            stored if topic.subscriptions else [],
            [(subscription.id, m.seq) for subscription in topic.subscriptions for m in stored],
            moved,
        )
        for subscription in topic.subscriptions:
            subscription.offer([Entry(m.seq, len(m.body)) for m in stored])
        return ids

    def _take_ids(self, count: int) -> range:
        if len(self._free_ids) < count:
            self._free_ids = self.messages.reserve(max(count, ID_BLOCK))
        taken, self._free_ids = self._free_ids[:count], self._free_ids[count:]
        return taken

    # -- dead letters ----------------------------------------------------------------------

    def _forward(self, source: Subscription, entries: Sequence[Entry]) -> set[int]:
        """Move entries to their subscription's dead-letter topic; returns the seqs that moved.

        Nothing is moved while that topic does not exist.
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
                    "%s: topic %s has no subscriptions; %d messages forwarded to it are lost",
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
        letters = [_dead_letter(bodies[entry.seq], source.name, entry.failures) for entry in found]
        self._publish(topic, letters, [(source.id, entry.seq) for entry in found])


def _dead_letter(body: bytes, subscription: str, failures: int) -> Any:
    """Return the PubsubMessage to forward: the original with attributes that say where it failed.

    `body` is the serialized original, `subscription` the full name, `failures` the number of
    deliveries that were nacked or expired.
    """
    message = protobuf.PubsubMessage.FromString(body)
    published = datetime.fromtimestamp(protobuf.micros(message.publish_time) / protobuf.MICROS, UTC)
    spelled = published.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message.attributes[f"{DEAD_LETTER_PREFIX}Subscription"] = identifier_of(subscription)
    message.attributes[f"{DEAD_LETTER_PREFIX}SubscriptionProject"] = project_of(subscription)
    message.attributes[f"{DEAD_LETTER_PREFIX}DeliveryCount"] = str(failures)
    message.attributes[f"{DEAD_LETTER_PREFIX}TopicPublishTime"] = spelled
    return message


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Split entries into batches that fit into memory: a whole backlog may fail at once."""
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
