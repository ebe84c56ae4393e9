"""StreamingPull: through the official subscriber, and raw."""

import threading

import pytest
from google.api_core.exceptions import GoogleAPICallError, InvalidArgument, NotFound
from google.cloud.pubsub_v1.subscriber.message import Message

from contract.pubsub.backends import eventually
from contract.pubsub.world import FlowControl, Stream, World, data


def test_a_subscriber_gets_what_is_there_and_what_comes(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"before")
    received: list[bytes] = []

    def callback(message: Message) -> None:
        received.append(message.data)
        message.ack()

    future = world.subscriber.subscribe(subscription, callback)
    eventually(lambda: received == [b"before"], "the message from before")
    world.publish(topic, b"after")
    eventually(lambda: received == [b"before", b"after"], "the message from after")
    future.cancel()
    future.result()

    assert world.is_empty(subscription)


def test_a_nacked_message_comes_back(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    seen: list[Message] = []
    done = threading.Event()

    def callback(message: Message) -> None:
        seen.append(message)
        if len(seen) < 3:
            message.nack()
        else:
            message.ack()
            done.set()

    future = world.subscriber.subscribe(subscription, callback)
    assert done.wait(10)
    future.cancel()
    future.result()

    assert len({message.message_id for message in seen}) == 1


def test_two_subscribers_share_the_messages(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    received: list[bytes] = []

    def callback(message: Message) -> None:
        received.append(message.data)
        message.ack()

    futures = [world.subscriber.subscribe(subscription, callback) for _ in range(2)]
    for start in range(0, 200, 50):
        world.publish(topic, *[f"{n}".encode() for n in range(start, start + 50)])
    eventually(lambda: len(received) >= 200, "all messages")
    for future in futures:
        future.cancel()
        future.result()

    assert sorted(received, key=int) == [f"{n}".encode() for n in range(200)]


def test_flow_control_bounds_what_is_outstanding(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, *[b"x"] * 20)
    held: list[Message] = []

    future = world.subscriber.subscribe(
        subscription, held.append, flow_control=FlowControl(max_messages=3)
    )
    handled = 0
    while handled < 20:
        eventually(lambda: len(held) > 0, "the next message")
        assert len(held) <= 3
        held.pop(0).ack()
        handled += 1
    future.cancel()
    future.result()

    assert world.is_empty(subscription)


@pytest.mark.differs("keeps what a full stream may not have from everyone else", run=False)
def test_a_stream_holds_no_more_messages_than_it_may(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"1", b"2", b"3", b"4")
    stream = Stream(world, subscription, max_outstanding_messages=2)
    first = stream.take(2)

    # A second consumer takes what the first one may not have: nothing else was sent to it.
    rest = world.pull_all(subscription, 2)

    assert sorted(data([*first, *rest])) == [b"1", b"2", b"3", b"4"]
    stream.close()


@pytest.mark.differs("keeps what a full stream may not have from everyone else", run=False)
def test_a_stream_holds_no_more_bytes_than_it_may(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"a" * 3_000, b"b" * 3_000, b"c" * 3_000)
    stream = Stream(world, subscription, max_outstanding_bytes=6_500)
    first = stream.take(2)

    rest = world.pull(subscription)
    assert data(rest) == [b"c" * 3_000]

    world.nack(subscription, rest)
    stream.send(ack_ids=[first[0].ack_id])
    assert data(stream.take(1)) == [b"c" * 3_000]
    stream.close()


@pytest.mark.differs("sends nothing when one message is larger than the limit on bytes")
def test_a_message_over_a_streams_bytes_comes_alone(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"a" * 3_000, b"b" * 3_000)
    stream = Stream(world, subscription, max_outstanding_bytes=1_000)

    first = stream.take(1)
    assert data(first) == [b"a" * 3_000]
    stream.send(ack_ids=[first[0].ack_id])
    assert data(stream.take(1)) == [b"b" * 3_000]
    stream.close()


def test_acknowledgements_travel_on_the_stream(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"1", b"2")
    stream = Stream(world, subscription)
    first, second = stream.take(2)

    stream.send(ack_ids=[first.ack_id])
    stream.send(modify_deadline_ack_ids=[second.ack_id], modify_deadline_seconds=[0])

    [again] = stream.take(1)
    assert again.message.message_id == second.message.message_id
    stream.send(ack_ids=[again.ack_id])
    stream.half_close()
    assert list(stream.messages()) == []
    assert world.is_empty(subscription)


def test_a_lease_outlives_its_stream(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    stream = Stream(world, subscription)
    received = stream.take(1)
    stream.close()

    assert world.is_empty(subscription)
    world.acknowledge(subscription, received)
    world.set_deadline(subscription, received, 0)

    assert world.is_empty(subscription)


@pytest.mark.parametrize("deadline", [9, 601])
def test_a_stream_needs_a_valid_deadline(world: World, deadline: int) -> None:
    stream = Stream(world, world.subscription(world.topic()), deadline=deadline)

    with pytest.raises(InvalidArgument):
        list(stream.messages())


def test_an_unknown_subscription_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        list(Stream(world, world.subscription_path("unknown")).messages())

    future = world.subscriber.subscribe(world.subscription_path("unknown"), lambda _: None)
    with pytest.raises(NotFound):
        future.result(10)


def test_a_deleted_subscription_ends_its_streams(world: World) -> None:
    subscription = world.subscription(world.topic())
    stream = Stream(world, subscription)
    threading.Timer(
        0.3, world.subscriber.delete_subscription, kwargs={"subscription": subscription}
    ).start()

    with pytest.raises(GoogleAPICallError) as caught:
        list(stream.messages())

    assert caught.type is NotFound


@pytest.mark.differs("fills a response over what the client takes, and stalls", run=False)
def test_an_unconfigured_subscriber_gets_through_a_large_backlog(default_world: World) -> None:
    topic = default_world.topic()
    subscription = default_world.subscription(topic)
    for _ in range(20):
        default_world.publish(topic, b"x" * 1_000_000)
    received: list[str] = []

    def callback(message: Message) -> None:
        received.append(message.message_id)
        message.ack()

    future = default_world.subscriber.subscribe(subscription, callback)
    try:
        eventually(lambda: len(received) == 20, "20 MB received")
    finally:
        future.cancel()
        future.result()
