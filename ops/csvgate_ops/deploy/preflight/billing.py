"""Billing: without it most APIs cannot be enabled."""

from collections.abc import Iterator

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight.context import Argv, Context, Family


def reads(context: Context) -> Iterator[Argv]:
    yield ("gcloud", "billing", "projects", "describe", context.place.project)


def find(context: Context) -> Iterator[Check]:
    (argv,) = reads(context)
    described = context.reader.read(argv)
    if described.get("billingEnabled"):
        account = str(described.get("billingAccountName", "")).rpartition("/")[2]
        yield Check("billing", f"account {account}")
        return
    project = context.place.project
    description = f"project {project} has no billing account: APIs cannot be enabled"
    link = f"gcloud billing projects link {project} --billing-account=ACCOUNT"
    fix = ("gcloud billing accounts list", link)
    yield Check("billing", faults=(Fault("billing.disabled", description, fix),))


FAMILY = Family("billing", find, reads)
