"""Seek to a time, snapshots, and what they bring back."""

from datetime import UTC, datetime, timedelta

import pytest
from google.api_core.exceptions import AlreadyExists, InvalidArgument, NotFound

from contract.pubsub.world import World, data


def snapshot_path(world: World, name: str) -> str:
    return f"{world.project_path}/snapshots/{name}"


def test_seeking_forward_acknowledges_what_is_older(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"old")

    world.subscriber.seek(
        request={"subscription": subscription, "time": datetime.now(UTC) + timedelta(seconds=1)}
    )

    assert world.is_empty(subscription)


def test_seeking_back_delivers_retained_messages_again(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic, retain_acked_messages=True)
    world.publish(topic, b"1", b"2")
    world.acknowledge(subscription, world.pull_all(subscription, 2))
    assert world.is_empty(subscription)

    world.subscriber.seek(
        request={"subscription": subscription, "time": datetime.now(UTC) - timedelta(minutes=1)}
    )

    assert data(world.pull_all(subscription, 2)) == [b"1", b"2"]


@pytest.mark.differs("does not retain messages by topic")
def test_a_topics_retention_serves_subscriptions_made_later(world: World) -> None:
    topic = world.topic(message_retention_duration=timedelta(seconds=600))
    world.publish(topic, {"data": b"1", "attributes": {"a": ""}}, b"2")
    subscription = world.subscription(topic, filter="attributes:a")
    assert world.is_empty(subscription)

    world.subscriber.seek(
        request={"subscription": subscription, "time": datetime.now(UTC) - timedelta(minutes=1)}
    )

    assert data(world.pull_all(subscription, 1)) == [b"1"]
    assert world.is_empty(subscription)


def test_a_snapshot_brings_back_what_was_open_and_what_came_since(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"done", b"open")
    done, _open = world.pull_all(subscription, 2)
    world.acknowledge(subscription, [done])
    name = snapshot_path(world, "snapshot-1")
    world.subscriber.create_snapshot(name=name, subscription=subscription)
    world.publish(topic, b"since")
    world.acknowledge(subscription, [_open, *world.pull_all(subscription, 1)])
    assert world.is_empty(subscription)

    world.subscriber.seek(request={"subscription": subscription, "snapshot": name})

    assert sorted(data(world.pull_all(subscription, 2))) == [b"open", b"since"]


def test_snapshots_are_listed_and_deleted(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    name = snapshot_path(world, "snapshot-1")

    created = world.subscriber.create_snapshot(name=name, subscription=subscription)

    assert (created.name, created.topic) == (name, topic)
    with pytest.raises(AlreadyExists):
        world.subscriber.create_snapshot(name=name, subscription=subscription)
    listed = world.subscriber.list_snapshots(project=world.project_path)
    assert [snapshot.name for snapshot in listed] == [name]
    world.subscriber.delete_snapshot(snapshot=name)
    with pytest.raises(NotFound):
        world.subscriber.seek(request={"subscription": subscription, "snapshot": name})


def test_a_seek_needs_a_target(world: World) -> None:
    with pytest.raises(InvalidArgument):
        world.subscriber.seek(request={"subscription": world.subscription(world.topic())})
