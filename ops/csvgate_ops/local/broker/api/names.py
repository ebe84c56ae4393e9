"""Resource names: `projects/P/topics/T` and `projects/P/subscriptions/S`."""

import re

from csvgate_ops.local.broker.api.errors import invalid

DELETED_TOPIC = "_deleted-topic_"
"""The `topic` of a subscription whose topic has been deleted."""

_ID = re.compile(r"(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}")


def check(name: str, collection: str) -> str:
    """Return the name; raises INVALID_ARGUMENT when it is not a valid name in `collection`."""
    match name.split("/"):
        case ["projects", project, kind, identifier] if (
            project and kind == collection and _ID.fullmatch(identifier)
        ):
            return name
    raise invalid(f"Invalid [{collection}] name: (name={name})")


def project_of(name: str) -> str:
    """Return the project of a full name or of `projects/P`; raises INVALID_ARGUMENT for other
    names."""
    parts = name.split("/")
    if len(parts) < 2 or parts[0] != "projects" or not parts[1]:
        raise invalid(f"Invalid [projects] name: (name={name})")
    return parts[1]


def identifier_of(name: str) -> str:
    """Return the last part of a full name."""
    return name.rpartition("/")[2]
