"""Pub/Sub subscriptions of people; those of triggers share how they are listed and spelt."""

from collections.abc import Mapping
from typing import Any

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, last, seconds
from csvgate_ops.deploy.model import Command, Fields, Key, Place, Resource, Step

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


POLICIES = (("dead_letter_topic", "max_delivery_attempts"), ("min_backoff", "max_backoff"))
"""What gcloud sends together: a flag that is left out would put its default there."""


def whole_policies(fields: Fields, changed: Fields) -> Fields:
    """`changed`, and the other half of each policy that it changes."""
    also = {name for policy in POLICIES if changed.keys() & set(policy) for name in policy}
    return {name: v for name, v in fields.items() if name in changed or name in also}


def flags(fields: Fields) -> list[str]:
    return [FLAGS[name].format(value) for name, value in fields.items()]


def create(place: Place, resource: Resource) -> list[Step]:
    name, project = resource.key.name, f"--project={place.project}"
    argv = (*SUBSCRIPTIONS, "create", name, *flags(resource.fields), project)
    return [Command(argv, f"a topic without one loses what {resource.fields['topic']} is sent")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    argv = (*SUBSCRIPTIONS, "update", resource.key.name, *flags(changed))
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
