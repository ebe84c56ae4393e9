"""Secrets: made empty. Their values are a person's affair and never pass through csvgate."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, last, nothing
from csvgate_ops.deploy.plan.model import ByHand, Command, Fields, Key, Place, Resource, Step

SECRETS = ("gcloud", "secrets")


def create(place: Place, resource: Resource) -> list[Step]:
    project = f"--project={place.project}"
    argv = (*SECRETS, "create", resource.key.name, "--replication-policy=automatic", project)
    return [Command(argv, "an empty secret")]


def delete(place: Place, key: Key, _fields: Fields) -> list[Step]:
    argv = (*SECRETS, "delete", key.name, f"--project={place.project}")
    return [Command(argv, f"secret {key.name} and its values")]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    listing = (*SECRETS, "list", f"--project={place.project}")
    return {last(item["name"]): {} for item in reader.read(listing)}


def create_version(place: Place, resource: Resource) -> list[Step]:
    """A secret's version is named SECRET/VERSION."""
    secret, _, version = resource.key.name.partition("/")
    flags = (f"--secret={secret}", "--format=value(state)", f"--project={place.project}")
    argv = (*SECRETS, "versions", "add", secret, "--data-file=-", f"--project={place.project}")
    check = (*SECRETS, "versions", "describe", version, *flags)
    return [ByHand(argv, check, "ENABLED", f"secret {secret} has no enabled version {version}")]


def observe_versions(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    """The enabled versions of these secrets; the newest of all is also `latest`."""
    found: dict[str, Fields] = {}
    secrets = {name.partition("/")[0] for name in names}
    for secret in sorted(secrets & observe(place, reader, names).keys()):
        listing = (*SECRETS, "versions", "list", secret, f"--project={place.project}")
        versions = sorted(reader.read(listing), key=lambda v: int(last(v["name"])))
        for item in versions:
            if item["state"] == "ENABLED":
                found[f"{secret}/{last(item['name'])}"] = {}
        if versions and versions[-1]["state"] == "ENABLED":
            found[f"{secret}/latest"] = {}
    return found


KIND = Kind("secretmanager.googleapis.com", create, nothing, observe, delete)
VERSION = Kind("secretmanager.googleapis.com", create_version, nothing, observe_versions)
