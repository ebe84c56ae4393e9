"""Subscriptions: defaults, bounds, updates and invalid requests."""

from datetime import timedelta
from typing import Any

import pytest
from google.api_core.exceptions import (
    AlreadyExists,
    InvalidArgument,
    NotFound,
    OutOfRange,
)

from contract.pubsub.world import World

DAY = 86_400


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_subscription_gets_the_defaults(world: World) -> None:
    topic = world.topic()
    dead = world.topic()
    name = world.subscription(
        topic, retry_policy={}, dead_letter_policy={"dead_letter_topic": dead}
    )

    found = world.subscriber.get_subscription(subscription=name)

    assert found.topic == topic
    assert found.ack_deadline_seconds == 10
    assert found.message_retention_duration.total_seconds() == 7 * DAY
    assert found.retry_policy.minimum_backoff.total_seconds() == 10
    assert found.retry_policy.maximum_backoff.total_seconds() == 600
    assert found.dead_letter_policy.max_delivery_attempts == 5


def test_a_subscription_keeps_what_it_was_given(world: World) -> None:
    name = world.subscription(
        world.topic(),
        ack_deadline_seconds=600,
        message_retention_duration=seconds(600),
        expiration_policy={"ttl": seconds(2 * DAY)},
        labels={"a": "b"},
        retry_policy={"minimum_backoff": seconds(0), "maximum_backoff": seconds(1.5)},
    )

    found = world.subscriber.get_subscription(subscription=name)

    assert found.ack_deadline_seconds == 600
    assert found.message_retention_duration.total_seconds() == 600
    assert found.expiration_policy.ttl.total_seconds() == 2 * DAY
    assert dict(found.labels) == {"a": "b"}
    assert found.retry_policy.minimum_backoff.total_seconds() == 0
    assert found.retry_policy.maximum_backoff.total_seconds() == 1.5


def test_a_name_is_taken_once(world: World) -> None:
    topic = world.topic()
    name = world.subscription(topic)

    with pytest.raises(AlreadyExists):
        world.subscriber.create_subscription(name=name, topic=topic)


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(
            {"ack_deadline_seconds": 9},
            marks=pytest.mark.differs("takes a deadline below 10 s"),
            id="deadline below 10 s",
        ),
        pytest.param({"ack_deadline_seconds": 601}, id="deadline over 600 s"),
        pytest.param({"message_retention_duration": seconds(599)}, id="retention below 10 min"),
        pytest.param(
            {"message_retention_duration": seconds(31 * DAY + 1)}, id="retention over 31 days"
        ),
        pytest.param({"retry_policy": {"maximum_backoff": seconds(601)}}, id="backoff over 600 s"),
        pytest.param(
            {"retry_policy": {"minimum_backoff": seconds(20), "maximum_backoff": seconds(19)}},
            id="backoff upside down",
        ),
    ],
)
def test_values_out_of_bounds_are_refused(world: World, config: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        world.subscription(world.topic(), **config)


@pytest.mark.parametrize("attempts", [4, 101])
def test_delivery_attempts_are_five_to_a_hundred(world: World, attempts: int) -> None:
    policy = {"dead_letter_topic": world.topic(), "max_delivery_attempts": attempts}

    with pytest.raises(OutOfRange, match=f"max_delivery_attempts .* You passed {attempts}"):
        world.subscription(world.topic(), dead_letter_policy=policy)


def test_the_dead_letter_topic_must_exist_at_creation(world: World) -> None:
    policy = {"dead_letter_topic": world.topic_path("nowhere")}

    with pytest.raises(NotFound):
        world.subscription(world.topic(), dead_letter_policy=policy)


def test_subscriptions_are_listed_by_project_in_pages(world: World) -> None:
    topic = world.topic()
    names = [world.subscription(topic) for _ in range(3)]

    pages = list(
        world.subscriber.list_subscriptions(
            request={"project": world.project_path, "page_size": 2}
        ).pages
    )

    assert [len(page.subscriptions) for page in pages] == [2, 1]
    assert sorted(s.name for page in pages for s in page.subscriptions) == names


def update(world: World, name: str, paths: list[str], **config: Any) -> None:
    world.subscriber.update_subscription(
        request={"subscription": {"name": name, **config}, "update_mask": {"paths": paths}}
    )


def test_an_update_changes_what_its_mask_names(world: World) -> None:
    name = world.subscription(world.topic(), ack_deadline_seconds=20)

    update(
        world,
        name,
        ["retry_policy"],
        retry_policy={"minimum_backoff": seconds(1)},
        ack_deadline_seconds=99,
    )

    found = world.subscriber.get_subscription(subscription=name)
    assert found.retry_policy.minimum_backoff.total_seconds() == 1
    assert found.ack_deadline_seconds == 20


@pytest.mark.differs("cannot update labels")
def test_labels_are_replaced_as_a_whole(world: World) -> None:
    name = world.subscription(world.topic(), labels={"a": "1"})

    update(world, name, ["labels"], labels={"b": "2"})

    assert dict(world.subscriber.get_subscription(subscription=name).labels) == {"b": "2"}


def test_an_update_can_remove_a_policy(world: World) -> None:
    name = world.subscription(
        world.topic(), dead_letter_policy={"dead_letter_topic": world.topic()}
    )

    update(world, name, ["dead_letter_policy"])

    assert not world.subscriber.get_subscription(subscription=name).dead_letter_policy


@pytest.mark.parametrize(
    "field", ["topic", "name", "enable_message_ordering", "filter", "nonsense"]
)
def test_some_fields_cannot_be_updated(world: World, field: str) -> None:
    name = world.subscription(world.topic())

    with pytest.raises(InvalidArgument, match=field):
        update(world, name, [field])


@pytest.mark.differs("does not check an update")
def test_an_update_is_checked_like_a_creation(world: World) -> None:
    name = world.subscription(world.topic())

    with pytest.raises(InvalidArgument):
        update(world, name, ["ack_deadline_seconds"], ack_deadline_seconds=5)


def test_a_deleted_subscription_is_gone_with_its_messages(world: World) -> None:
    topic = world.topic()
    name = world.subscription(topic)
    world.publish(topic, b"x")

    world.subscriber.delete_subscription(subscription=name)

    with pytest.raises(NotFound):
        world.subscriber.get_subscription(subscription=name)
    with pytest.raises(NotFound):
        world.subscriber.delete_subscription(subscription=name)
    with pytest.raises(NotFound):
        world.pull(name)
    world.subscriber.create_subscription(name=name, topic=topic)
    assert world.is_empty(name)
