"""Publishing: ids, times, and the limits of a request with the service's own errors."""

import time

import pytest
from google.api_core.exceptions import InvalidArgument

from contract.pubsub.world import World, data


def test_ids_are_unique_and_increase(world: World) -> None:
    topic, other = world.topic(), world.topic()

    ids = world.publish(topic, b"a", b"b") + world.publish(other, b"c") + world.publish(topic, b"d")

    numbers = [int(text) for text in ids]
    assert numbers == sorted(set(numbers))


def test_a_message_arrives_as_it_was_published(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    before = time.time()

    [published] = world.publish(
        topic, {"data": bytes(range(256)), "attributes": {"ce-type": "é", "empty": ""}}
    )

    [received] = world.pull(subscription)
    message = received.message
    assert message.message_id == published
    assert message.data == bytes(range(256))
    assert dict(message.attributes) == {"ce-type": "é", "empty": ""}
    assert before - 1 < message.publish_time.timestamp() < time.time() + 1
    assert received.delivery_attempt == 0


def test_an_ordering_key_arrives_as_published(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, {"data": b"1", "ordering_key": "a"})
    first = world.pull(subscription)

    world.publish(topic, {"data": b"2", "ordering_key": "a"})

    assert first[0].message.ordering_key == "a"
    assert data(world.pull(subscription)) == [b"2"]


def test_every_subscription_gets_its_own_copy(world: World) -> None:
    topic = world.topic()
    first, second = world.subscription(topic), world.subscription(topic)
    world.publish(topic, b"x")

    world.acknowledge(first, world.pull(first))

    assert len(world.pull(second)) == 1


def test_a_subscription_gets_nothing_from_before_it_was_created(world: World) -> None:
    topic = world.topic()
    there_already = world.subscription(topic)
    world.publish(topic, b"before")
    # Google's emulator answers before it gives the message to the subscriptions there are.
    world.pull_all(there_already, 1)

    assert world.is_empty(world.subscription(topic))


def test_attributes_alone_are_a_message(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)

    world.publish(topic, {"attributes": {"a": "b"}})

    [received] = world.pull(subscription)
    assert (received.message.data, dict(received.message.attributes)) == (b"", {"a": "b"})


def test_the_largest_message_passes(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    largest = b"x" * 9_990_000

    world.publish(topic, largest)

    [received] = world.pull(subscription)
    assert received.message.data == largest


def test_an_empty_message_is_refused_and_nothing_of_its_request_is_published(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)

    with pytest.raises(InvalidArgument, match="empty"):
        world.publish(topic, b"full", {"ordering_key": "k"})

    assert world.is_empty(subscription)


def test_a_request_without_messages_is_refused(world: World) -> None:
    with pytest.raises(InvalidArgument):
        world.publish(world.topic())


def test_a_thousand_messages_pass_and_one_more_is_refused(world: World) -> None:
    topic = world.topic()

    assert len(world.publish(topic, *[b"x"] * 1000)) == 1000
    with pytest.raises(InvalidArgument):
        world.publish(topic, *[b"x"] * 1001)


@pytest.mark.differs("accepts a request over 10 MB, or hangs on it")
def test_a_request_over_ten_million_bytes_is_refused(world: World) -> None:
    topic = world.topic()
    words = (
        r"The value for request_size is too large. You passed \d+ in the request, "
        "but the maximum value is 10000000."
    )

    with pytest.raises(InvalidArgument, match=words):
        world.publish(topic, b"x" * 10_000_001)
    with pytest.raises(InvalidArgument, match=words):
        world.publish(topic, b"x" * 5_000_001, b"x" * 5_000_000)


@pytest.mark.differs("does not limit attributes")
@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        pytest.param({f"k{n}": "" for n in range(101)}, "too many attributes", id="101"),
        pytest.param({"k" * 257: "v"}, "key that is too long. The length is 257", id="key"),
        pytest.param({"k": "v" * 1025}, '"k" .* value that is too long. .* 1025', id="value"),
        pytest.param({"k": "é" * 513}, "value that is too long. .* 1026", id="bytes"),
    ],
)
def test_attributes_are_limited(world: World, attributes: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        world.publish(world.topic(), {"data": b"x", "attributes": attributes})


def test_attributes_at_their_limits_pass(world: World) -> None:
    topic = world.topic()
    attributes = {f"{n:0256}": "v" * 1024 for n in range(100)}

    assert world.publish(topic, {"attributes": attributes})


def test_the_client_batches_and_every_future_has_its_id(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)

    futures = [world.publisher.publish(topic, f"{n}".encode()) for n in range(250)]

    ids = [future.result(timeout=10) for future in futures]
    received = world.pull_all(subscription, 250)
    assert {message.message.message_id: message.message.data for message in received} == {
        published: f"{n}".encode() for n, published in enumerate(ids)
    }
