"""Topics: their names, their lists, and what their deletion leaves behind."""

from datetime import timedelta

import pytest
from google.api_core.exceptions import AlreadyExists, InvalidArgument, NotFound

from contract.pubsub.world import World, data


def test_a_topic_is_created_once(world: World) -> None:
    topic = world.topic(labels={"team": "a"})

    found = world.publisher.get_topic(topic=topic)

    assert (found.name, dict(found.labels)) == (topic, {"team": "a"})
    with pytest.raises(AlreadyExists):
        world.publisher.create_topic(name=topic)


def test_an_unknown_topic_is_not_found(world: World) -> None:
    unknown = world.topic_path("unknown")

    with pytest.raises(NotFound):
        world.publisher.get_topic(topic=unknown)
    with pytest.raises(NotFound):
        world.publish(unknown, b"x")
    with pytest.raises(NotFound):
        world.publisher.delete_topic(topic=unknown)
    with pytest.raises(NotFound):
        world.subscription(unknown)


@pytest.mark.parametrize("identifier", ["1abc", "ab", "a" * 256, "goog-topic", "with space"])
def test_a_name_must_be_well_formed(world: World, identifier: str) -> None:
    with pytest.raises(InvalidArgument):
        world.publisher.create_topic(name=world.topic_path(identifier))


def test_topics_are_listed_by_project_in_pages(world: World) -> None:
    topics = [world.topic() for _ in range(5)]

    pages = list(
        world.publisher.list_topics(request={"project": world.project_path, "page_size": 2}).pages
    )

    assert [len(page.topics) for page in pages] == [2, 2, 1]
    assert sorted(topic.name for page in pages for topic in page.topics) == topics


def test_a_topic_lists_its_subscriptions_and_no_others(world: World) -> None:
    topic, other = world.topic(), world.topic()
    subscriptions = [world.subscription(topic) for _ in range(3)]
    world.subscription(other)

    listed = world.publisher.list_topic_subscriptions(topic=topic)

    assert sorted(listed) == subscriptions


@pytest.mark.differs("updates nothing but a topic's schema settings")
def test_an_update_changes_what_its_mask_names(world: World) -> None:
    topic = world.topic(labels={"a": "1"})

    world.publisher.update_topic(
        request={
            "topic": {
                "name": topic,
                "labels": {"b": "2"},
                "message_retention_duration": timedelta(seconds=3600),
            },
            "update_mask": {"paths": ["labels"]},
        }
    )

    found = world.publisher.get_topic(topic=topic)
    assert dict(found.labels) == {"b": "2"}
    assert not found.message_retention_duration


def test_an_update_needs_a_mask_of_known_fields(world: World) -> None:
    topic = world.topic()

    for paths in ([], ["nonsense"], ["name"]):
        with pytest.raises(InvalidArgument):
            world.publisher.update_topic(
                request={"topic": {"name": topic}, "update_mask": {"paths": paths}}
            )


def test_a_deleted_topic_leaves_its_subscriptions_and_their_messages(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publish(topic, b"kept")

    world.publisher.delete_topic(topic=topic)

    found = world.subscriber.get_subscription(subscription=subscription)
    assert found.topic == "_deleted-topic_"
    assert data(world.pull(subscription)) == [b"kept"]


def test_a_topic_created_again_has_no_subscriptions(world: World) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)
    world.publisher.delete_topic(topic=topic)

    world.publisher.create_topic(name=topic)
    world.publish(topic, b"x")

    assert list(world.publisher.list_topic_subscriptions(topic=topic)) == []
    assert world.is_empty(subscription)
