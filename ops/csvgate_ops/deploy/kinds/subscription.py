"""The Pub/Sub subscriptions that people read.

`trigger_subscription` uses the same listing and flags.
"""

from collections.abc import Mapping
from typing import Any

from csvgate_ops.deploy.kinds import labels
from csvgate_ops.deploy.kinds.iam import GcloudPolicy
from csvgate_ops.deploy.kinds.kind import (
    Field,
    Fix,
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    always,
    last_segment,
    named,
    seconds,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

GROUP = ("gcloud", "pubsub", "subscriptions")
_FLAGS = {
    "topic": "--topic={}",
    "ack_deadline": "--ack-deadline={}",
    "retention": "--message-retention-duration={}s",
    "expires": "--expiration-period={}",
    "dead_letter_topic": "--dead-letter-topic={}",
    "max_delivery_attempts": "--max-delivery-attempts={}",
    "min_backoff": "--min-retry-delay={}s",
    "max_backoff": "--max-retry-delay={}s",
}

_TOGETHER = ({"dead_letter_topic", "max_delivery_attempts"}, {"min_backoff", "max_backoff"})
"""Each set is one policy: a command that names only half of it resets the other half."""


_LOST = "dead letters published to its topic are lost"


def flags(fields: Fields) -> list[str]:
    return [_FLAGS[name].format(value) for name, value in fields.items() if name in _FLAGS]


def to_update(resource: Resource, changed: Fields) -> Fields:
    """Return the changed fields, and those that must be repeated with them."""
    names = set(changed).union(*(group for group in _TOGETHER if group & changed.keys()))
    return {name: value for name, value in resource.fields.items() if name in names}


def create(place: Place, resource: Resource) -> list[Step]:
    name, project = resource.key.name, f"--project={place.project}"
    given = (*flags(resource.fields), *labels.creating(resource.fields))
    argv = (*GROUP, "create", name, *given, project)
    return [Command(argv, f"create subscription {name}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name = resource.key.name
    given = (*flags(to_update(resource, changed)), *labels.updating(changed))
    argv = (*GROUP, "update", name, *given)
    why = f"subscription {name}: change {named(changed)}"
    return [Command((*argv, f"--project={place.project}"), why)]


def delete(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*GROUP, "delete", key.name, f"--project={place.project}")
    return [Command(argv, f"delete subscription {key.name} and its messages")]


def listing(place: Place) -> tuple[str, ...]:
    return (*GROUP, "list", f"--project={place.project}")


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    return {last_segment(item["name"]): fields(item) for item in reader.read(listing(place))}


def fields(item: Mapping[str, Any]) -> Fields:
    """Return the fields of a listed subscription. `expires` is `never` or seconds with their unit,
    as the flag takes it."""
    dead_letter, retry = item.get("deadLetterPolicy", {}), item.get("retryPolicy", {})
    expires = item.get("expirationPolicy", {}).get("ttl", "never")
    return {
        "topic": last_segment(item["topic"]),
        "ack_deadline": item.get("ackDeadlineSeconds", 10),
        "retention": seconds(item.get("messageRetentionDuration")),
        "expires": expires,
        "dead_letter_topic": last_segment(dead_letter.get("deadLetterTopic", "")) or None,
        "max_delivery_attempts": dead_letter.get("maxDeliveryAttempts"),
        "min_backoff": seconds(retry.get("minimumBackoff")),
        "max_backoff": seconds(retry.get("maximumBackoff")),
        "labels": labels.observed(item),
    }


KIND = Kind(
    name="subscription",
    noun="review subscription",
    heading="Subscriptions that people read",
    api="pubsub.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "topic": Field(_LOST, fix=Fix.REMAKE),
        "ack_deadline": Field(shown="seconds"),
        "retention": Field("older dead letters are lost", shown="seconds"),
        "expires": Field(
            "Pub/Sub deletes it with its dead letters if nobody reads it for that long"
        ),
        "labels": labels.FIELD,
    },
    missing=Missing(_LOST),
    iam=GcloudPolicy(
        GROUP, consequences={"csvgate-console": "the console cannot read its dead letters"}
    ),
    removal=Removal(Phase.MESSAGES, "Subscriptions that people read", delete, holds_data=always),
)
