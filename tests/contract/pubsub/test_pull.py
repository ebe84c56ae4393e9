"""Pull, acknowledgement and leases."""

import threading
import time

import pytest
from google.api_core.exceptions import InvalidArgument, NotFound
from google.pubsub_v1 import types

from contract.pubsub.backends import eventually
from contract.pubsub.world import World, data


def test_a_pull_waits_for_a_message(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    pulled: list[types.ReceivedMessage] = []
    thread = threading.Thread(target=lambda: pulled.extend(world.pull(subscription)))
    thread.start()

    world.publish(topic, b"x")

    thread.join(10)
    assert data(pulled) == [b"x"]


def test_a_pull_need_not_wait(world: World) -> None:
    subscription = world.subscription(world.topic())
    started = time.monotonic()

    response = world.subscriber.pull(
        subscription=subscription, max_messages=1, return_immediately=True, timeout=10
    )

    assert list(response.received_messages) == []
    assert time.monotonic() - started < 2


def test_a_pull_gives_no_more_than_asked_for(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, *[b"x"] * 5)

    assert len(world.pull(subscription, 2)) == 2


def test_a_pull_must_ask_for_something(world: World) -> None:
    with pytest.raises(InvalidArgument):
        world.subscriber.pull(subscription=world.subscription(world.topic()), max_messages=0)


def test_what_is_leased_is_not_delivered_again(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")

    assert len(world.pull(subscription)) == 1
    assert world.is_empty(subscription)


def test_what_is_acknowledged_is_never_delivered_again(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"a", b"b")
    received = world.pull_all(subscription, 2)
    world.set_deadline(subscription, received, 1)

    world.acknowledge(subscription, received[:1])

    [again] = world.pull(subscription)
    assert again.message.message_id == received[1].message.message_id
    world.acknowledge(subscription, [again])
    assert world.is_empty(subscription)


def test_an_acknowledgement_can_be_repeated(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    received = world.pull(subscription)

    world.acknowledge(subscription, received)
    world.acknowledge(subscription, received)


def test_a_nacked_message_comes_back_at_once(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    [published] = world.publish(topic, b"x")

    for _ in range(3):
        received = world.pull(subscription)
        assert [message.message.message_id for message in received] == [published]
        world.nack(subscription, received)


def test_an_expired_lease_is_delivered_again(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    first = world.pull(subscription)

    world.set_deadline(subscription, first, 1)

    second = world.pull(subscription)
    assert data(second) == [b"x"]
    assert second[0].ack_id != first[0].ack_id


def test_a_lease_can_be_extended(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    received = world.pull(subscription)
    world.set_deadline(subscription, received, 1)

    world.set_deadline(subscription, received, 600)

    assert world.is_empty(subscription, 1.5)


@pytest.mark.differs("ignores an acknowledgement of an earlier delivery")
def test_a_late_acknowledgement_counts(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    first = world.pull(subscription)
    world.set_deadline(subscription, first, 1)
    second = world.pull(subscription)

    world.acknowledge(subscription, first)
    world.nack(subscription, second)

    assert world.is_empty(subscription)


def test_a_nack_of_an_earlier_delivery_changes_nothing(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    first = world.pull(subscription)
    world.nack(subscription, first)
    world.pull(subscription)

    world.nack(subscription, first)

    assert world.is_empty(subscription)


def test_acknowledgements_of_what_does_not_exist_are_refused(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    received = world.pull(subscription)

    with pytest.raises(NotFound):
        world.acknowledge(world.subscription_path("unknown"), received)
    with pytest.raises(InvalidArgument):
        world.subscriber.acknowledge(subscription=subscription, ack_ids=[])


@pytest.mark.differs("takes any acknowledgement id for a stale one")
def test_foreign_acknowledgement_ids_are_refused(world: World) -> None:
    topic = world.topic()
    subscription, other = world.subscription(topic), world.subscription(topic)
    world.publish(topic, b"x")
    received = world.pull(subscription)

    with pytest.raises(InvalidArgument, match="does not belong to the given ack ID"):
        world.acknowledge(other, received)
    with pytest.raises(InvalidArgument, match="invalid ack ID"):
        world.subscriber.acknowledge(subscription=subscription, ack_ids=["nonsense"])


@pytest.mark.differs("takes any deadline")
def test_a_deadline_is_at_most_ten_minutes(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    received = world.pull(subscription)

    for seconds in (601, -1):
        with pytest.raises(InvalidArgument):
            world.set_deadline(subscription, received, seconds)


@pytest.mark.differs("puts a whole backlog into one response, which the client refuses")
def test_an_unconfigured_client_can_pull_a_large_backlog(default_world: World) -> None:
    topic = default_world.topic()
    subscription = default_world.subscription(topic)
    for _ in range(8):
        default_world.publish(topic, b"x" * 1_000_000)

    received: list[types.ReceivedMessage] = []

    def pulled_all() -> bool:
        received.extend(default_world.pull(subscription))
        return len(received) == 8

    eventually(pulled_all, "8 MB pulled")
