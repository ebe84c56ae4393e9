"""Service accounts."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.iam import GcloudPolicy
from csvgate_ops.deploy.kinds.kind import (
    Field,
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    Symptom,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

_GROUP = ("gcloud", "iam", "service-accounts")


def create(place: Place, resource: Resource) -> list[Step]:
    name, shown = resource.key.name, resource.fields["display_name"]
    flags = (f"--display-name={shown}", f"--project={place.project}")
    return [Command((*_GROUP, "create", name, *flags), f"create service account {name}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name = resource.key.name
    flags = (f"--display-name={changed['display_name']}", f"--project={place.project}")
    argv = (*_GROUP, "update", place.email(name), *flags)
    return [Command(argv, f"service account {name}: change the display name")]


def delete(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*_GROUP, "delete", place.email(key.name), f"--project={place.project}")
    return [Command(argv, f"delete service account {key.name}")]


def enable(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*_GROUP, "enable", place.email(key.name), f"--project={place.project}")
    return [Command(argv, f"enable service account {key.name}")]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    found = reader.read((*_GROUP, "list", f"--project={place.project}"))
    domain = f"@{place.project}.iam.gserviceaccount.com"
    return {
        item["email"].removesuffix(domain): {
            "display_name": item.get("displayName", ""),
            "disabled": item.get("disabled", False),
        }
        for item in found
        if item["email"].endswith(domain)
    }


KIND = Kind(
    name="account",
    noun="service account",
    heading="Service accounts",
    api="iam.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={"display_name": Field()},
    missing=Missing("what runs as this account does not start"),
    iam=GcloudPolicy(
        _GROUP,
        name=lambda place, name, _found: place.email(name),
        consequences={"gcp-sa-pubsub": "pushes carry no token, and functions refuse them"},
    ),
    removal=Removal(Phase.ACCOUNTS, "Service accounts", delete),
    symptoms=(
        Symptom(
            code="disabled",
            consequence="everything that runs as this account is refused",
            find=lambda key, found: "is disabled" if found[key]["disabled"] else "",
            fix=enable,
        ),
    ),
)
