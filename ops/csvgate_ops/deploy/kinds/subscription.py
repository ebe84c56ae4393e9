"""Pub/Sub subscriptions of people; those of triggers share how they are listed and spelt."""

from collections.abc import Mapping
from typing import Any

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, last, seconds
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

SUBSCRIPTIONS = ("gcloud", "pubsub", "subscriptions")
FLAGS = {
    "topic": "--topic={}",
    "ack_deadline": "--ack-deadline={}",
    "retention": "--message-retention-duration={}s",
    "expires": "--expiration-period={}",
    "dead_letter_topic": "--dead-letter-topic={}",
    "max_delivery_attempts": "--max-delivery-attempts={}",
    "min_backoff": "--min-retry-delay={}s",
    "max_backoff": "--max-retry-delay={}s",
}


TOGETHER = ({"dead_letter_topic", "max_delivery_attempts"}, {"min_backoff", "max_backoff"})
"""One policy each: to state half of it would reset the other half."""


def flags(fields: Fields) -> list[str]:
    return [FLAGS[name].format(value) for name, value in fields.items() if name in FLAGS]


def stated(resource: Resource, changed: Fields) -> Fields:
    """The fields to state when these have changed."""
    names = set(changed).union(*(group for group in TOGETHER if group & changed.keys()))
    return {name: value for name, value in resource.fields.items() if name in names}


def create(place: Place, resource: Resource) -> list[Step]:
    name, project = resource.key.name, f"--project={place.project}"
    argv = (*SUBSCRIPTIONS, "create", name, *flags(resource.fields), project)
    return [Command(argv, f"a topic without one loses what {resource.fields['topic']} is sent")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    argv = (*SUBSCRIPTIONS, "update", resource.key.name, *flags(stated(resource, changed)))
    return [Command((*argv, f"--project={place.project}"), " and ".join(changed))]


def delete(place: Place, key: Key, _fields: Fields) -> list[Step]:
    argv = (*SUBSCRIPTIONS, "delete", key.name, f"--project={place.project}")
    return [Command(argv, f"subscription {key.name} and what waits in it")]


def listing(place: Place) -> tuple[str, ...]:
    return (*SUBSCRIPTIONS, "list", f"--project={place.project}")


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    return {last(item["name"]): fields(item) for item in reader.read(listing(place))}


def fields(item: Mapping[str, Any]) -> Fields:
    """`expires` is `never` or a number of seconds with its unit, as the flag wants it."""
    dead_letter, retry = item.get("deadLetterPolicy", {}), item.get("retryPolicy", {})
    expires = item.get("expirationPolicy", {}).get("ttl", "never")
    return {
        "topic": last(item["topic"]),
        "ack_deadline": item.get("ackDeadlineSeconds", 10),
        "retention": seconds(item.get("messageRetentionDuration")),
        "expires": expires,
        "dead_letter_topic": last(dead_letter.get("deadLetterTopic", "")) or None,
        "max_delivery_attempts": dead_letter.get("maxDeliveryAttempts"),
        "min_backoff": seconds(retry.get("minimumBackoff")),
        "max_backoff": seconds(retry.get("maximumBackoff")),
    }


KIND = Kind("pubsub.googleapis.com", create, update, observe, delete, fixed=frozenset({"topic"}))
