"""Pub/Sub topics."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, last, seconds
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step, Value

TOPICS = ("gcloud", "pubsub", "topics")


def create(place: Place, resource: Resource) -> list[Step]:
    retention = resource.fields["retention"]
    flags = _retention(retention) if retention else ()
    argv = (*TOPICS, "create", resource.key.name, *flags, f"--project={place.project}")
    return [Command(argv, "topic")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    flags = _retention(changed["retention"])
    argv = (*TOPICS, "update", resource.key.name, *flags, f"--project={place.project}")
    return [Command(argv, "retention")]


def delete(place: Place, key: Key, _fields: Fields) -> list[Step]:
    argv = (*TOPICS, "delete", key.name, f"--project={place.project}")
    return [Command(argv, f"topic {key.name}")]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    return {
        last(item["name"]): {"retention": seconds(item.get("messageRetentionDuration"))}
        for item in reader.read((*TOPICS, "list", f"--project={place.project}"))
    }


def _retention(value: Value) -> tuple[str]:
    if value is None:
        return ("--clear-message-retention-duration",)
    return (f"--message-retention-duration={value}s",)


KIND = Kind("pubsub.googleapis.com", create, update, observe, delete)
