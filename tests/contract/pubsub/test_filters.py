"""Filters on subscriptions, through the API. The language itself is in test_filter_language."""

import pytest
from google.api_core.exceptions import InvalidArgument

from contract.pubsub.world import World, data


@pytest.mark.differs("ignores filters")
def test_a_subscription_gets_what_its_filter_lets_through(world: World) -> None:
    topic = world.topic()
    chosen = world.subscription(topic, filter='attributes.ce-type = "a" AND attributes:x')
    everything = world.subscription(topic)

    world.publish(
        topic,
        {"data": b"1", "attributes": {"ce-type": "a", "x": ""}},
        {"data": b"2", "attributes": {"ce-type": "a"}},
        {"data": b"3", "attributes": {"ce-type": "b", "x": ""}},
        {"data": b"4"},
    )

    assert data(world.pull_all(everything, 4)) == [b"1", b"2", b"3", b"4"]
    assert data(world.pull_all(chosen, 1)) == [b"1"]
    assert world.is_empty(chosen)


@pytest.mark.differs("ignores filters")
@pytest.mark.parametrize("text", ["nonsense", 'attributes.a = "1', "attributes:a " * 40])
def test_a_filter_that_cannot_be_read_is_refused(world: World, text: str) -> None:
    with pytest.raises(InvalidArgument, match="Invalid filter"):
        world.subscription(world.topic(), filter=text)


def test_a_filter_cannot_be_changed(world: World) -> None:
    subscription = world.subscription(world.topic(), filter="attributes:a")

    with pytest.raises(InvalidArgument, match="filter"):
        world.subscriber.update_subscription(
            request={
                "subscription": {"name": subscription, "filter": "attributes:b"},
                "update_mask": {"paths": ["filter"]},
            }
        )
