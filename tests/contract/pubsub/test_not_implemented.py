"""Features that the embedded broker lacks fail with an error that names them.

Embedded only: Google's emulator implements most of them. A feature that was silently ignored would
hide a bug that appears on the real service.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from google.api_core.exceptions import MethodNotImplemented

from contract.pubsub.backends import Clients
from contract.pubsub.world import World

PUSH = {"push_endpoint": "http://127.0.0.1:1/"}
TARGETS: dict[str, dict[str, str]] = {
    "push_config": PUSH,
    "bigquery_config": {"table": "p.d.t"},
    "cloud_storage_config": {"bucket": "b"},
}
FIELDS: dict[str, object] = {
    "filter": "attributes:a",
    "enable_message_ordering": True,
    "enable_exactly_once_delivery": True,
    "retain_acked_messages": True,
    "detached": True,
}


@pytest.fixture
def world(embedded_clients: Clients) -> World:
    return World(embedded_clients)


@pytest.mark.parametrize("field", FIELDS)
def test_a_subscription_with_an_unsupported_field_is_refused(world: World, field: str) -> None:
    words = f"Subscriptions with {field} are not implemented in csvgate's local broker"

    with pytest.raises(MethodNotImplemented, match=words):
        world.subscription(world.topic(), **{field: FIELDS[field]})


@pytest.mark.parametrize("field", TARGETS)
def test_a_subscription_that_is_not_pulled_is_refused(world: World, field: str) -> None:
    with pytest.raises(MethodNotImplemented, match=f"{field} are not implemented; pull instead"):
        world.subscription(world.topic(), **{field: TARGETS[field]})


def test_a_subscription_cannot_become_a_push_subscription(world: World) -> None:
    name = world.subscription(world.topic())

    with pytest.raises(MethodNotImplemented, match="push_config are not implemented; pull"):
        world.subscriber.modify_push_config(subscription=name, push_config=PUSH)


SNAPSHOT = "projects/p/snapshots/snapshot-1"
CALLS: dict[str, tuple[str, Callable[[World, str], Any]]] = {
    "seek": (
        "Seek",
        lambda world, name: world.subscriber.seek(
            request={"subscription": name, "time": datetime.now(UTC)}
        ),
    ),
    "create": (
        "Snapshots",
        lambda world, name: world.subscriber.create_snapshot(name=SNAPSHOT, subscription=name),
    ),
    "get": ("Snapshots", lambda world, _: world.subscriber.get_snapshot(snapshot=SNAPSHOT)),
    "list": (
        "Snapshots",
        lambda world, _: world.subscriber.list_snapshots(project=world.project_path),
    ),
    "update": (
        "Snapshots",
        lambda world, _: world.subscriber.update_snapshot(
            request={"snapshot": {"name": SNAPSHOT}, "update_mask": {"paths": ["labels"]}}
        ),
    ),
    "delete": ("Snapshots", lambda world, _: world.subscriber.delete_snapshot(snapshot=SNAPSHOT)),
    "list of a topic": (
        "Snapshots",
        lambda world, name: world.publisher.list_topic_snapshots(
            topic=world.subscriber.get_subscription(subscription=name).topic
        ),
    ),
    "detach": (
        "Detaching a subscription",
        lambda world, name: world.publisher.detach_subscription(request={"subscription": name}),
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_an_unsupported_method_names_its_feature(world: World, call: str) -> None:
    feature, ask = CALLS[call]
    name = world.subscription(world.topic())

    with pytest.raises(MethodNotImplemented, match=f"{feature}: not implemented in csvgate's"):
        ask(world, name)
