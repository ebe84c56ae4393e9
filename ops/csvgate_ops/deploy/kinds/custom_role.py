"""Custom roles of the project, for accounts that no predefined role fits.

IAM keeps a deleted role for a week and its name for longer. A role of that name cannot be created
again, but it can be restored.
"""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.kind import (
    Field,
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    named,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

_GROUP = ("gcloud", "iam", "roles")


def create(place: Place, resource: Resource) -> list[Step]:
    name, fields = resource.key.name, resource.fields
    flags = (f"--title={fields['title']}", f"--permissions={fields['permissions']}", "--stage=GA")
    argv = (*_GROUP, "create", name, *flags, f"--project={place.project}")
    return [Command(argv, f"create custom role {name}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name, project = resource.key.name, f"--project={place.project}"
    steps: list[Step] = []
    if "deleted" in changed:
        argv = (*_GROUP, "undelete", name, project)
        steps.append(Command(argv, f"restore custom role {name}"))
    others = {field: value for field, value in changed.items() if field != "deleted"}
    if others:
        flags = [f"--{field}={value}" for field, value in others.items()]
        why = f"custom role {name}: change {named(others)}"
        steps.append(Command((*_GROUP, "update", name, *flags, project), why))
    return steps


def delete(place: Place, key: Key, found: Fields) -> list[Step]:
    if found["deleted"]:
        return []
    argv = (*_GROUP, "delete", key.name, f"--project={place.project}")
    return [Command(argv, f"delete custom role {key.name}")]


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    """Return those of these roles that exist, deleted ones included. They are described one by
    one, because gcloud's listing has no permissions."""
    found = {}
    for name in sorted(names):
        described = reader.find((*_GROUP, "describe", name, f"--project={place.project}"))
        if described is None:
            continue
        found[name] = {
            "title": described.get("title", ""),
            "permissions": ",".join(sorted(described.get("includedPermissions", ()))),
            "deleted": described.get("deleted", False),
        }
    return found


KIND = Kind(
    name="custom-role",
    noun="custom role",
    heading="Custom roles",
    api="iam.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "title": Field(),
        "permissions": Field("its account may do too little or too much"),
        "deleted": Field("accounts that have it are refused"),
    },
    missing=Missing("it cannot be granted, and the account that needs it is refused"),
    iam=None,
    removal=Removal(Phase.ACCOUNTS, "Custom roles", delete),
)
