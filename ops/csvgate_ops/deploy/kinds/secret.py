"""Secrets, which are created empty, and their versions.

A person adds the values: they never pass through csvgate.
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
)
from csvgate_ops.deploy.plan.model import ByHand, Command, Fields, Key, Place, Resource, Step

_GROUP = ("gcloud", "secrets")


def create(place: Place, resource: Resource) -> list[Step]:
    name, fields = resource.key.name, resource.fields
    replication = ["--replication-policy=automatic"]
    if locations := fields.get("locations"):
        replication = ["--replication-policy=user-managed", f"--locations={locations}"]
    flags = (*replication, *labels.creating(fields), f"--project={place.project}")
    return [Command((*_GROUP, "create", name, *flags), f"create an empty secret {name}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name, flags = resource.key.name, labels.updating(changed)
    argv = (*_GROUP, "update", name, *flags, f"--project={place.project}")
    return [Command(argv, f"secret {name}: change {named(changed)}")]


def delete(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*_GROUP, "delete", key.name, f"--project={place.project}")
    return [Command(argv, f"delete secret {key.name} and its values")]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    listing = (*_GROUP, "list", f"--project={place.project}")
    return {last_segment(item["name"]): _fields(item) for item in reader.read(listing)}


def _fields(item: Mapping[str, Any]) -> Fields:
    replicas = item.get("replication", {}).get("userManaged", {}).get("replicas", ())
    locations = sorted(replica["location"] for replica in replicas)
    return {"labels": labels.observed(item), "locations": ",".join(locations)}


def create_version(place: Place, resource: Resource) -> list[Step]:
    """Ask a person to add the version. It is named SECRET/VERSION."""
    secret, _, version = resource.key.name.partition("/")
    flags = (f"--secret={secret}", "--format=value(state)", f"--project={place.project}")
    argv = (*_GROUP, "versions", "add", secret, "--data-file=-", f"--project={place.project}")
    check = (*_GROUP, "versions", "describe", version, *flags)
    return [ByHand(argv, check, "ENABLED", f"secret {secret} has no enabled version {version}")]


def observe_versions(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    """Return the enabled versions of these secrets. If the newest version is enabled, it is also
    returned as `latest`."""
    found: dict[str, Fields] = {}
    secrets = {name.partition("/")[0] for name in names}
    for secret in sorted(secrets & observe(place, reader, names).keys()):
        listing = (*_GROUP, "versions", "list", secret, f"--project={place.project}")
        versions = sorted(reader.read(listing), key=lambda v: int(last_segment(v["name"])))
        for item in versions:
            if item["state"] == "ENABLED":
                found[f"{secret}/{last_segment(item['name'])}"] = {}
        if versions and versions[-1]["state"] == "ENABLED":
            found[f"{secret}/latest"] = {}
    return found


KIND = Kind(
    name="secret",
    noun="secret",
    heading="Secrets",
    api="secretmanager.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "labels": labels.FIELD,
        "locations": Field("its value is stored elsewhere", fix=Fix.MOVE_DATA, optional=True),
    },
    missing=Missing("functions that use it do not start"),
    iam=GcloudPolicy(_GROUP),
    removal=Removal(Phase.DATA, "Secrets", delete, holds_data=always),
)
VERSION = Kind(
    name="secret-version",
    noun="value of secret",
    heading="Secrets",
    api="secretmanager.googleapis.com",
    create=create_version,
    observe=observe_versions,
    fields={},
    missing=Missing(
        "functions that use it do not start, or fail", description="has no enabled version"
    ),
    iam=None,
    removal=None,
    part_of=lambda name: Key("secret", name.partition("/")[0]),
)
