"""Review subscriptions in memory, over the topics of a FakePublisher."""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from csvgate.runtime.errors import Transient
from csvgate_ops.operate.dead_letters.queue.port import Pulled
from fakes.effects import Effects
from fakes.pubsub import FakePublisher

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
RESPONSE_MESSAGES = 7
"""A pull returns fewer messages than there are, as the service may."""


class FakeQueues:
    """`subscriptions` maps each subscription to its topic. Leases end only by `expire`."""

    def __init__(
        self,
        publisher: FakePublisher,
        subscriptions: Mapping[str, str],
        effects: Effects | None = None,
    ) -> None:
        self._publisher, self._topics = publisher, dict(subscriptions)
        self._held: set[tuple[str, int]] = set()
        self._acked: set[tuple[str, int]] = set()
        self._lock = threading.Lock()
        self.published: dict[str, datetime] = {}
        """Id of a message → when it was published, if that is not the usual time."""
        self.effects = effects or Effects()

    def expire(self) -> None:
        """End all leases."""
        with self._lock:
            self._held.clear()

    def held(self) -> int:
        return len(self._held - self._acked)

    def left(self, subscription: str) -> int:
        """Messages that are not acknowledged."""
        count = len(self._publisher.topics[self._topics[subscription]])
        return count - sum(name == subscription for name, _ in self._acked)

    def pull(self, subscription: str, most: int, seconds: float) -> Sequence[Pulled]:
        topic = self._topic(subscription)
        with self._lock:
            free = [
                index
                for index in range(len(self._publisher.topics[topic]))
                if (subscription, index) not in self._held | self._acked
            ][: min(most, RESPONSE_MESSAGES)]
            self._held.update((subscription, index) for index in free)
        return [self._pulled(topic, index) for index in free]

    def lease(self, subscription: str, ack_ids: Sequence[str], seconds: int) -> None:
        self._topic(subscription)
        if seconds == 0:
            with self._lock:
                self._held.difference_update((subscription, int(each)) for each in ack_ids)

    def acknowledge(self, subscription: str, ack_ids: Sequence[str]) -> None:
        self._topic(subscription)

        def change() -> None:
            with self._lock:
                self._acked.update((subscription, int(each)) for each in ack_ids)

        self.effects.do("pubsub.acknowledge", f"{subscription}/{','.join(ack_ids)}", change)

    def _topic(self, subscription: str) -> str:
        if subscription not in self._topics:
            raise Transient("pubsub.missing", f"subscription {subscription} does not exist")
        return self._topics[subscription]

    def _pulled(self, topic: str, index: int) -> Pulled:
        message = self._publisher.topics[topic][index]
        found = f"{1000 * (sorted(self._topics.values()).index(topic) + 1) + index}"
        return Pulled(
            ack_id=str(index),
            id=found,
            published_at=self.published.get(found, START + timedelta(seconds=index)),
            attributes=dict(message.attributes),
            data=message.data,
        )
