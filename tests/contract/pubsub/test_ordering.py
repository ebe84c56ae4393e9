"""Ordering keys."""

import pytest
from google.cloud.pubsub_v1.subscriber.message import Message

from contract.pubsub.backends import eventually
from contract.pubsub.world import World, data


def keyed(key: str, *contents: str) -> list[dict[str, object]]:
    return [{"data": f"{key}{content}".encode(), "ordering_key": key} for content in contents]


def ordered(world: World) -> tuple[str, str]:
    topic = world.topic()
    return topic, world.subscription(topic, enable_message_ordering=True)


def test_a_key_is_delivered_in_order(world: World) -> None:
    topic, subscription = ordered(world)
    for n in range(20):
        world.publish(topic, *keyed("a", f"{n}"), *keyed("b", f"{n}"))
    received: list[bytes] = []

    def callback(message: Message) -> None:
        received.append(message.data)
        message.ack()

    future = world.subscriber.subscribe(subscription, callback)
    eventually(lambda: len(received) == 40, "all messages")
    future.cancel()
    future.result()

    for key in "ab":
        of_key = [content for content in received if content.startswith(key.encode())]
        assert of_key == [f"{key}{n}".encode() for n in range(20)]


def test_a_key_waits_for_its_outstanding_messages_and_others_do_not(world: World) -> None:
    topic, subscription = ordered(world)
    world.publish(topic, *keyed("a", "1"))
    first = world.pull(subscription)

    world.publish(topic, *keyed("a", "2"), *keyed("b", "1"))

    assert data(world.pull(subscription)) == [b"b1"]
    assert world.is_empty(subscription)
    world.acknowledge(subscription, first)
    assert data(world.pull(subscription)) == [b"a2"]


@pytest.mark.differs("brings a key's messages back out of order", run=False)
def test_a_nack_brings_back_the_message_and_what_follows_it(world: World) -> None:
    topic, subscription = ordered(world)
    world.publish(topic, *keyed("a", "1", "2", "3"))
    first, second, _ = world.pull_all(subscription, 3)
    world.acknowledge(subscription, [first])

    world.nack(subscription, [second])

    assert data(world.pull_all(subscription, 2)) == [b"a2", b"a3"]


def test_an_expired_lease_brings_back_the_message_and_what_follows_it(world: World) -> None:
    topic, subscription = ordered(world)
    world.publish(topic, *keyed("a", "1", "2"))
    first, _ = world.pull_all(subscription, 2)

    world.set_deadline(subscription, [first], 1)

    assert data(world.pull_all(subscription, 2)) == [b"a1", b"a2"]


def test_without_ordering_the_key_is_only_carried(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, *keyed("a", "1"))
    first = world.pull(subscription)

    world.publish(topic, *keyed("a", "2"))

    assert first[0].message.ordering_key == "a"
    assert data(world.pull(subscription)) == [b"a2"]
