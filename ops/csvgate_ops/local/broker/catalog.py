"""The topics and subscriptions by name. Guarded by the broker's lock."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from csvgate_ops.local.broker.api.errors import already_exists, invalid, not_found
from csvgate_ops.local.broker.api.names import project_of
from csvgate_ops.local.broker.delivery.subscription import Subscription

PAGE = 1_000

T = TypeVar("T")


@dataclass(eq=False)
class Topic:
    """A topic and its subscriptions; `config` is the `google.pubsub.v1.Topic`."""

    id: int
    config: Any
    subscriptions: list[Subscription] = field(default_factory=list)


class Catalog:
    """Finds resources by their full name; raises NOT_FOUND for an unknown one."""

    def __init__(self) -> None:
        self.topics: dict[str, Topic] = {}
        self.subscriptions: dict[str, Subscription] = {}

    def topic(self, name: str) -> Topic:
        """Return the topic of this name."""
        return _get(self.topics, name)

    def subscription(self, name: str) -> Subscription:
        """Return the subscription of this name."""
        return _get(self.subscriptions, name)

    def topic_of(self, subscription: Subscription) -> Topic | None:
        """Return the topic of a subscription, or None once it is deleted."""
        topic = self.topics.get(subscription.config.topic)
        return topic if topic and subscription in topic.subscriptions else None


def _get(resources: dict[str, T], name: str) -> T:
    try:
        return resources[name]
    except KeyError:
        raise not_found(name) from None


def check_new(resources: dict[str, T], name: str) -> None:
    """Raise ALREADY_EXISTS when the name is taken."""
    if name in resources:
        raise already_exists(name)


def of_project(resources: dict[str, T], project: str) -> dict[str, T]:
    """Return the resources of a project, which is given as `projects/P`."""
    prefix = f"projects/{project_of(project)}/"
    return {name: value for name, value in resources.items() if name.startswith(prefix)}


def page_of(names: list[str], size: int, token: str) -> tuple[list[str], str]:
    """Return one page of the sorted names, and the token of the next page ("" on the last page).

    A token is the last name of the previous page, so that resources created or deleted between
    two calls do not shift the pages.
    """
    if size < 0:
        raise invalid("The page_size must not be negative.")
    rest = [name for name in sorted(names) if name > token]
    page = rest[: min(size or PAGE, PAGE)]
    return page, page[-1] if len(page) < len(rest) else ""
