"""Retry policy: when a message that failed comes back."""

import time
from datetime import timedelta

import pytest

from contract.pubsub.world import World, data


def policy(minimum: float, maximum: float) -> dict[str, timedelta]:
    return {
        "minimum_backoff": timedelta(seconds=minimum),
        "maximum_backoff": timedelta(seconds=maximum),
    }


@pytest.mark.differs("backs off only approximately", run=False)
def test_the_wait_doubles_up_to_the_maximum(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic, retry_policy=policy(0.2, 0.7))
    world.publish(topic, b"x")
    received = world.pull(subscription)

    waits = []
    for _ in range(4):
        world.nack(subscription, received)
        started = time.monotonic()
        received = world.pull(subscription)
        waits.append(time.monotonic() - started)

    for wait, expected in zip(waits, [0.2, 0.4, 0.7, 0.7], strict=True):
        assert expected - 0.03 < wait < expected + 3


@pytest.mark.differs("delivers again at once when a lease expires")
def test_an_expired_lease_waits_too(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic, retry_policy=policy(1, 1))
    world.publish(topic, b"x")
    received = world.pull(subscription)
    started = time.monotonic()

    world.set_deadline(subscription, received, 1)

    assert data(world.pull(subscription)) == [b"x"]
    assert time.monotonic() - started > 1.9


@pytest.mark.differs("delivers a failed message early, together with the next")
def test_other_messages_do_not_wait(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic, retry_policy=policy(30, 30))
    world.publish(topic, b"failing")
    world.nack(subscription, world.pull(subscription))

    world.publish(topic, b"next")

    assert data(world.pull(subscription)) == [b"next"]
