"""Data survives the death of the broker. Embedded only: Google's emulator stores nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from google.api_core.exceptions import GoogleAPICallError

from contract.pubsub.backends import Clients, EmbeddedBroker, eventually
from contract.pubsub.world import World, data


@contextmanager
def world_of(broker: EmbeddedBroker) -> Iterator[World]:
    with Clients(broker.address) as clients:
        yield World(clients)


def test_what_was_answered_survives_sigkill(data_dir: Path) -> None:
    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        topic = world.topic(labels={"a": "b"})
        subscription = world.subscription(topic, ack_deadline_seconds=20, labels={"c": "d"})
        world.publish(
            topic, *[{"data": f"{n}".encode(), "attributes": {"a": ""}} for n in range(4)]
        )
        received = world.pull_all(subscription, 3)
        world.acknowledge(subscription, received[:2])
        broker.kill()

    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        assert dict(world.publisher.get_topic(topic=topic).labels) == {"a": "b"}
        found = world.subscriber.get_subscription(subscription=subscription)
        assert (found.ack_deadline_seconds, dict(found.labels)) == (20, {"c": "d"})
        assert data(world.pull_all(subscription, 2)) == [b"2", b"3"]
        assert world.is_empty(subscription)


def test_an_acknowledgement_of_a_delivery_from_before_counts(data_dir: Path) -> None:
    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        topic = world.topic()
        subscription = world.subscription(topic)
        world.publish(topic, b"x")
        received = world.pull(subscription)
        broker.kill()

    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        world.acknowledge(subscription, received)
        assert world.is_empty(subscription)


def test_ids_go_on_increasing_after_a_restart(data_dir: Path) -> None:
    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        topic = world.topic()
        [before] = world.publish(topic, b"nobody keeps this")
        broker.kill()

    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        [after] = world.publish(topic, b"x")
        assert int(after) > int(before)


def test_attempts_go_on_counting_after_a_restart(data_dir: Path) -> None:
    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        topic, dead = world.topic(), world.topic()
        review = world.subscription(dead)
        subscription = world.subscription(topic, dead_letter_policy={"dead_letter_topic": dead})
        world.publish(topic, b"x")
        for _ in range(3):
            world.nack(subscription, world.pull(subscription))
        broker.kill()

    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        for attempt in (4, 5):
            received = world.pull(subscription)
            assert [message.delivery_attempt for message in received] == [attempt]
            world.nack(subscription, received)
        assert data(world.pull(review)) == [b"x"]
        assert world.is_empty(subscription)


def test_a_kill_in_the_middle_of_traffic_loses_nothing(data_dir: Path) -> None:
    """After a kill in mid-traffic, all answered publishes are delivered and no answered
    acknowledgement is undone. Requests in progress at the kill may go either way."""
    answered: set[str] = set()
    asked: set[str] = set()
    acknowledged: set[str] = set()
    lock = threading.Lock()

    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        topic = world.topic()
        subscription = world.subscription(topic)

        def publish() -> None:
            try:
                while True:
                    ids = world.publish(topic, *[b"x" * 500] * 20)
                    with lock:
                        answered.update(ids)
            except GoogleAPICallError:
                return

        def consume() -> None:
            try:
                while True:
                    received = world.pull(subscription, 15)
                    ids = {message.message.message_id for message in received}
                    with lock:
                        asked.update(ids)
                    world.acknowledge(subscription, received)
                    with lock:
                        acknowledged.update(ids)
            except GoogleAPICallError:
                return

        threads = [threading.Thread(target=work) for work in (publish, publish, consume, consume)]
        for thread in threads:
            thread.start()
        eventually(lambda: len(answered) > 1_000 and len(acknowledged) > 500, "some traffic")
        broker.kill()
        for thread in threads:
            thread.join()

    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        [last] = world.publish(topic, b"last")
        seen: set[str] = set()
        while last not in seen:
            received = world.pull(subscription, 1_000)
            world.acknowledge(subscription, received)
            seen.update(message.message.message_id for message in received)

    assert answered - asked <= seen
    assert not acknowledged & seen


def test_a_letter_that_was_forwarded_survives(data_dir: Path) -> None:
    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        topic, dead_topic = world.topic(), world.topic()
        review = world.subscription(dead_topic)
        policy = {"dead_letter_topic": dead_topic, "max_delivery_attempts": 5}
        subscription = world.subscription(topic, dead_letter_policy=policy)
        world.publish(topic, b"x")
        for _ in range(5):
            world.nack(subscription, world.pull(subscription))
        assert world.is_empty(subscription)
        broker.kill()

    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        assert world.is_empty(subscription)
        assert data(world.pull(review)) == [b"x"]


def test_publishing_goes_on_over_a_restart(data_dir: Path) -> None:
    """A message published before the restart and one published after it are both delivered."""
    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        topic = world.topic()
        subscription = world.subscription(topic)
        world.publish(topic, b"before")
        broker.kill()

    with EmbeddedBroker(data_dir) as broker, world_of(broker) as world:
        world.publish(topic, b"after")
        assert sorted(data(world.pull_all(subscription, 2))) == [b"after", b"before"]
