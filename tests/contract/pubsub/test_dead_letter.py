"""Dead letters: after how many deliveries, in what shape, and what happens when they cannot go.

Google's emulator forwards when the source subscription is next pulled, so the tests do that first.
"""

from datetime import datetime

import pytest
from google.cloud.pubsub_v1.subscriber.message import Message

from contract.pubsub.backends import eventually
from contract.pubsub.world import World, data

PREFIX = "CloudPubSubDeadLetterSource"


class Letters:
    """A topic, a subscription that gives up after five attempts, and where its messages go."""

    def __init__(self, world: World) -> None:
        self.topic, self.dead_topic = world.topic(), world.topic()
        self.review = world.subscription(self.dead_topic)
        self.subscription = world.subscription(
            self.topic,
            dead_letter_policy={"dead_letter_topic": self.dead_topic, "max_delivery_attempts": 5},
        )


def test_a_message_is_forwarded_after_exactly_its_attempts(world: World) -> None:
    letters = Letters(world)
    world.publish(letters.topic, b"x")

    attempts = []
    for _ in range(5):
        received = world.pull(letters.subscription)
        attempts.append(received[0].delivery_attempt)
        world.nack(letters.subscription, received)

    assert attempts == [1, 2, 3, 4, 5]
    assert world.is_empty(letters.subscription)
    assert data(world.pull(letters.review)) == [b"x"]


def test_a_letter_is_the_original_and_says_where_it_failed(world: World) -> None:
    letters = Letters(world)
    world.publish(letters.topic, {"data": b"\x00\xff", "attributes": {"ce-id": "7"}})
    for _ in range(5):
        received = world.pull(letters.subscription)
        world.nack(letters.subscription, received)
    original = received[0].message
    assert world.is_empty(letters.subscription)

    [letter] = world.pull(letters.review)

    attributes = dict(letter.message.attributes)
    published = attributes.pop(f"{PREFIX}TopicPublishTime")
    assert letter.message.data == b"\x00\xff"
    assert attributes == {
        "ce-id": "7",
        f"{PREFIX}Subscription": letters.subscription.rpartition("/")[2],
        f"{PREFIX}SubscriptionProject": world.project,
        f"{PREFIX}DeliveryCount": "5",
    }
    seconds = datetime.fromisoformat(published).timestamp()
    assert abs(seconds - original.publish_time.timestamp()) < 0.01
    assert letter.message.message_id != original.message_id


def test_expired_leases_count_as_attempts(world: World) -> None:
    letters = Letters(world)
    world.publish(letters.topic, b"x")
    for _ in range(4):
        world.nack(letters.subscription, world.pull(letters.subscription))

    [last] = world.pull(letters.subscription)
    world.set_deadline(letters.subscription, [last], 1)
    assert world.is_empty(letters.subscription, 1.2)

    assert data(world.pull(letters.review)) == [b"x"]


def test_a_large_backlog_can_fail_at_once(world: World) -> None:
    letters = Letters(world)
    for _ in range(3):
        world.publish(letters.topic, *[b"x" * 900_000] * 10)
    for _ in range(5):
        received = world.pull_all(letters.subscription, 30)
        world.nack(letters.subscription, received)

    assert world.is_empty(letters.subscription)
    assert len(world.pull_all(letters.review, 30)) == 30


def test_streaming_subscribers_see_the_attempt(world: World) -> None:
    letters = Letters(world)
    world.publish(letters.topic, b"x")
    attempts: list[int | None] = []

    def callback(message: Message) -> None:
        attempts.append(message.delivery_attempt)
        message.nack()

    future = world.subscriber.subscribe(letters.subscription, callback)
    eventually(lambda: len(attempts) == 5, "five attempts")
    assert data(world.pull(letters.review)) == [b"x"]
    future.cancel()
    future.result()

    assert attempts == [1, 2, 3, 4, 5]


def test_an_acknowledged_message_is_not_forwarded(world: World) -> None:
    letters = Letters(world)
    world.publish(letters.topic, b"x")
    for _ in range(4):
        world.nack(letters.subscription, world.pull(letters.subscription))

    world.acknowledge(letters.subscription, world.pull(letters.subscription))

    assert world.is_empty(letters.review)


def test_without_a_policy_there_is_no_attempt(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"x")
    world.nack(subscription, world.pull(subscription))

    assert [message.delivery_attempt for message in world.pull(subscription)] == [0]


@pytest.mark.differs("drops what it cannot forward", run=False)
def test_a_message_stays_while_its_dead_letter_topic_is_missing(world: World) -> None:
    letters = Letters(world)
    world.publisher.delete_topic(topic=letters.dead_topic)
    world.publish(letters.topic, b"x")
    for _ in range(6):
        received = world.pull(letters.subscription)
        assert data(received) == [b"x"]
        world.nack(letters.subscription, received)

    world.publisher.create_topic(name=letters.dead_topic)
    review = world.subscription(letters.dead_topic)
    world.nack(letters.subscription, world.pull(letters.subscription))

    assert world.is_empty(letters.subscription)
    [letter] = world.pull(review)
    assert letter.message.attributes[f"{PREFIX}DeliveryCount"] == "7"


def test_each_subscription_counts_its_own_attempts(world: World) -> None:
    """A second function on the topic is not given up on because of the first."""
    letters = Letters(world)
    other = world.subscription(letters.topic)
    world.publish(letters.topic, b"x")
    for _ in range(5):
        world.nack(letters.subscription, world.pull(letters.subscription))
    assert world.is_empty(letters.subscription)

    assert data(world.pull(letters.review)) == [b"x"]
    assert data(world.pull(other)) == [b"x"]


def test_a_replayed_letter_starts_over(world: World) -> None:
    """Published again with its attributes, it is given as many attempts as the first time."""
    letters = Letters(world)
    world.publish(letters.topic, {"data": b"x", "attributes": {"ce-id": "7"}})
    for _ in range(5):
        world.nack(letters.subscription, world.pull(letters.subscription))
    assert world.is_empty(letters.subscription)
    [letter] = world.pull(letters.review)

    again = {k: v for k, v in letter.message.attributes.items() if not k.startswith(PREFIX)}
    world.publish(letters.topic, {"data": letter.message.data, "attributes": again})

    [received] = world.pull(letters.subscription)
    assert {"ce-id": "7"} == dict(received.message.attributes)
    assert 1 == received.delivery_attempt


def test_a_dead_letter_topic_that_nobody_reads_loses_the_letter(world: World) -> None:
    """Why each has a review subscription that never expires."""
    topic, dead_topic = world.topic(), world.topic()
    subscription = world.subscription(
        topic, dead_letter_policy={"dead_letter_topic": dead_topic, "max_delivery_attempts": 5}
    )
    world.publish(topic, b"x")
    for _ in range(5):
        world.nack(subscription, world.pull(subscription))
    assert world.is_empty(subscription)

    assert world.is_empty(world.subscription(dead_topic))
