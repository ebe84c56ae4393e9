"""Messages are dropped after their retention. The broker runs in-process with a movable clock."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.pubsub.backends import Clients
from contract.pubsub.world import World, data
from csvgate_ops.local.broker.api.server import BrokerServer
from csvgate_ops.local.broker.retention import Retention

DAY = 86_400


class MovableClock:
    """The machine's clock, with a wall clock that can be moved on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def wall(self) -> float:
        return time.time() + self.ahead

    def monotonic(self) -> float:
        return time.monotonic()


class Shop:
    """A broker whose wall clock the test moves, and clients of it."""

    def __init__(self, server: BrokerServer, clock: MovableClock, world: World) -> None:
        self.server, self.world = server, world
        self._clock = clock

    def pass_time(self, seconds: float) -> None:
        self._clock.ahead += seconds
        Retention(self.server.broker).tick()

    def stored_messages(self) -> int:
        [(count,)] = self.server.broker.database.read("SELECT count(*) FROM message")
        return int(count)


@pytest.fixture
def shop(data_dir: Path) -> Iterator[Shop]:
    clock = MovableClock()
    with BrokerServer(data_dir, clock=clock) as server, Clients(server.address) as clients:
        yield Shop(server, clock, World(clients))


def test_a_message_is_kept_for_the_subscriptions_retention(shop: Shop) -> None:
    topic = shop.world.topic()
    short = shop.world.subscription(topic, message_retention_duration=timedelta(seconds=600))
    default = shop.world.subscription(topic)
    shop.world.publish(topic, b"x")

    shop.pass_time(599)
    assert len(shop.world.pull(short)) == 1
    shop.pass_time(2)

    assert shop.world.is_empty(short)
    assert data(shop.world.pull(default)) == [b"x"]
    shop.pass_time(7 * DAY)
    assert shop.stored_messages() == 0


def test_what_nobody_needs_is_not_stored(shop: Shop) -> None:
    topic = shop.world.topic()
    shop.world.publish(topic, b"no subscription")
    assert shop.stored_messages() == 0

    subscription = shop.world.subscription(topic)
    shop.world.publish(topic, b"x")
    assert shop.stored_messages() == 1
    shop.world.acknowledge(subscription, shop.world.pull(subscription))
    assert shop.stored_messages() == 0


def test_a_deleted_subscription_leaves_no_messages(shop: Shop) -> None:
    topic = shop.world.topic()
    subscription = shop.world.subscription(topic)
    shop.world.publish(topic, b"x")

    shop.world.subscriber.delete_subscription(subscription=subscription)

    assert shop.stored_messages() == 0


def test_a_topics_retention_stores_nothing(shop: Shop) -> None:
    """Only seek could reach these messages, and seek is not implemented."""
    topic = shop.world.topic(message_retention_duration=timedelta(seconds=600))

    shop.world.publish(topic, b"x")

    found = shop.world.publisher.get_topic(topic=topic)
    assert found.message_retention_duration.total_seconds() == 600
    assert shop.stored_messages() == 0


def test_the_clock_may_step_back(shop: Shop) -> None:
    topic = shop.world.topic()
    subscription = shop.world.subscription(topic)
    shop.world.publish(topic, b"1")
    shop.pass_time(-3_600)

    shop.world.publish(topic, b"2")

    first, second = shop.world.pull_all(subscription, 2)
    assert first.message.publish_time <= second.message.publish_time
