"""Service accounts."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

ACCOUNTS = ("gcloud", "iam", "service-accounts")


def create(place: Place, resource: Resource) -> list[Step]:
    name, shown = resource.key.name, resource.fields["display_name"]
    flags = (f"--display-name={shown}", f"--project={place.project}")
    return [Command((*ACCOUNTS, "create", name, *flags), f"account of {shown}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    flags = (f"--display-name={changed['display_name']}", f"--project={place.project}")
    return [Command((*ACCOUNTS, "update", place.email(resource.key.name), *flags), "display name")]


def delete(place: Place, key: Key, _fields: Fields) -> list[Step]:
    argv = (*ACCOUNTS, "delete", place.email(key.name), f"--project={place.project}")
    return [Command(argv, f"account {key.name}")]


def listing(place: Place) -> tuple[str, ...]:
    return (*ACCOUNTS, "list", f"--project={place.project}")


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    found = reader.read(listing(place))
    domain = f"@{place.project}.iam.gserviceaccount.com"
    return {
        item["email"].removesuffix(domain): {"display_name": item.get("displayName", "")}
        for item in found
        if item["email"].endswith(domain)
    }


KIND = Kind("iam.googleapis.com", create, update, observe, delete)
