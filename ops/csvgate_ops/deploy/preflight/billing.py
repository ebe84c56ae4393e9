"""Billing: without it most APIs cannot be enabled."""

from collections.abc import Iterator
from typing import Any

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight.context import Argv, Context, Family


def reads(context: Context) -> Iterator[Argv]:
    yield ("gcloud", "billing", "projects", "describe", context.place.project)


def account(context: Context) -> str:
    """Return the id of the billing account that pays for the project, or "" without one. Raises
    CommandFailed."""
    (argv,) = reads(context)
    described: Any = context.reader.read(argv)
    if not described.get("billingEnabled"):
        return ""
    return str(described.get("billingAccountName", "")).rpartition("/")[2]


def find(context: Context) -> Iterator[Check]:
    if paying := account(context):
        yield Check("billing", f"account {paying}")
        return
    project = context.place.project
    description = f"project {project} has no billing account: APIs cannot be enabled"
    link = f"gcloud billing projects link {project} --billing-account=ACCOUNT"
    fix = ("gcloud billing accounts list", link)
    yield Check("billing", faults=(Fault("billing.disabled", description, fix),))


FAMILY = Family("billing", find, reads)
