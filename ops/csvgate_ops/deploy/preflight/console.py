"""Whether people can sign in to the console through Identity-Aware Proxy."""

from collections.abc import Iterator
from typing import Final

from csvgate_ops.deploy.doctor.model import Check
from csvgate_ops.deploy.preflight.context import Argv, Context, Family

_SUBJECT: Final = "signing in to the console"


def reads(context: Context) -> Iterator[Argv]:
    console = context.topology.console
    if console is not None and console.sign_in == "iap":
        yield ("gcloud", "projects", "get-ancestors", context.place.project)


def find(context: Context) -> Iterator[Check]:
    for argv in reads(context):
        ancestors = context.reader.read(argv)
        if any(ancestor.get("type") == "organization" for ancestor in ancestors):
            yield Check(_SUBJECT, "the project belongs to an organization")
            continue
        reason = (
            f"project {context.place.project} belongs to no organization: Identity-Aware Proxy "
            "then needs an OAuth client of yours (docs/console.md). Otherwise set "
            f"`console.sign_in: id-token` in {context.file}"
        )
        yield Check(_SUBJECT, skipped=reason)


FAMILY = Family(_SUBJECT, find, reads)
