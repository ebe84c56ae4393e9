"""Pub/Sub topics."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from csvgate_ops.deploy.kinds import labels
from csvgate_ops.deploy.kinds.iam import NOT_FORWARDED, GcloudPolicy
from csvgate_ops.deploy.kinds.kind import (
    Field,
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    last_segment,
    named,
    seconds,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step, Value

_GROUP = ("gcloud", "pubsub", "topics")


def create(place: Place, resource: Resource) -> list[Step]:
    fields = resource.fields
    flags = (
        *(_retention(fields["retention"]) if fields["retention"] else ()),
        *labels.creating(fields),
        *_flags(fields),
    )
    argv = (*_GROUP, "create", resource.key.name, *flags, f"--project={place.project}")
    return [Command(argv, f"create topic {resource.key.name}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    retention = _retention(changed["retention"]) if "retention" in changed else ()
    flags = (*retention, *labels.updating(changed), *_flags(changed))
    argv = (*_GROUP, "update", resource.key.name, *flags, f"--project={place.project}")
    return [Command(argv, f"topic {resource.key.name}: change {named(changed)}")]


def delete(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*_GROUP, "delete", key.name, f"--project={place.project}")
    return [Command(argv, f"delete topic {key.name}")]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    return {
        last_segment(item["name"]): {
            "retention": seconds(item.get("messageRetentionDuration")),
            "labels": labels.observed(item),
            "kms_key": item.get("kmsKeyName", ""),
            "storage_regions": ",".join(sorted(_policy(item).get("allowedPersistenceRegions", ()))),
        }
        for item in reader.read((*_GROUP, "list", f"--project={place.project}"))
    }


def _policy(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a topic's message storage policy. Without one of its own, a topic shows the regions
    that the organization's policy allows."""
    return item.get("messageStoragePolicy") or {}


def _flags(fields: Fields) -> Iterator[str]:
    if key := fields.get("kms_key"):
        yield f"--topic-encryption-key={key}"
    if regions := fields.get("storage_regions"):
        yield f"--message-storage-policy-allowed-regions={regions}"


def _retention(value: Value) -> tuple[str]:
    if value is None:
        return ("--clear-message-retention-duration",)
    return (f"--message-retention-duration={value}s",)


def _holds_dead_letters(key: Key, desired: Collection[Resource]) -> bool:
    """Return whether people read the topic: such a topic and its subscription stay together."""
    return any(r.key.kind == "subscription" and r.fields["topic"] == key.name for r in desired)


KIND = Kind(
    name="topic",
    noun="topic",
    heading="Topics",
    api="pubsub.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "retention": Field("older messages cannot be replayed from the topic", shown="seconds"),
        "labels": labels.FIELD,
        "kms_key": Field("messages are encrypted with another key", optional=True),
        "storage_regions": Field("messages may be stored in other regions", optional=True),
    },
    missing=Missing("publishing to it fails"),
    iam=GcloudPolicy(_GROUP, consequences={"gcp-sa-pubsub": NOT_FORWARDED}),
    removal=Removal(Phase.MESSAGES, "Topics", delete, holds_data=_holds_dead_letters),
)
