"""Run all checks. Causes come before their consequences."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.plan.observe import run_concurrently
from csvgate_ops.deploy.preflight import (
    agents,
    answers,
    apis,
    billing,
    budget,
    console,
    keys,
    names,
    network,
    quotas,
    sendgrid,
    tools,
)
from csvgate_ops.deploy.preflight.access import login, permissions
from csvgate_ops.deploy.preflight.context import Argv, Context, Family, Request
from csvgate_ops.deploy.preflight.policies import check as policies
from csvgate_ops.deploy.run.gcloud import CommandFailed, GcloudMissing

FAMILIES: Final[tuple[Family, ...]] = (
    billing.FAMILY,
    budget.FAMILY,
    permissions.FAMILY,
    policies.FAMILY,
    console.FAMILY,
    quotas.FAMILY,
    names.FAMILY,
    network.FAMILY,
    keys.FAMILY,
    agents.FAMILY,
    sendgrid.FAMILY,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    checks: tuple[Check, ...]
    is_readable: bool
    """Whether the project could be read."""


def examine(request: Request) -> Outcome:
    try:
        first = [tools.check(request.reader)]
    except GcloudMissing as error:
        fault = Fault("gcloud.missing", str(error))
        return _unread(request, [Check("Google Cloud CLI", faults=(fault,))])
    except CommandFailed as error:
        first = [Check("Google Cloud CLI", skipped=answers.reason(error))]
    member = login.member(request)
    project, number = login.project(request, member)
    if not number:
        return _unread(request, [*first, project])
    enabled, names_of_apis = apis.check(request)
    context = Context(request, member, number, names_of_apis)
    _read_ahead(context)
    found = [check for family in FAMILIES for check in _made(family, context)]
    return Outcome((*first, project, enabled, *found), is_readable=True)


def _unread(request: Request, checks: list[Check]) -> Outcome:
    reason = f"project {request.place.project} cannot be read"
    of_console = request.topology.console is not None
    families = (family for family in FAMILIES if of_console or family is not console.FAMILY)
    skipped = (Check(family.subject, skipped=reason) for family in families)
    return Outcome((*checks, *skipped), is_readable=False)


def _read_ahead(context: Context) -> None:
    """Read what the checks need, several commands at a time. They get failures themselves."""

    def read(argv: Argv) -> None:
        with suppress(DeployError):
            context.reader.read(argv)

    run_concurrently(read, dict.fromkeys(c for family in FAMILIES for c in family.reads(context)))


def _made(family: Family, context: Context) -> Iterator[Check]:
    try:
        yield from list(family.find(context))
    except CommandFailed as error:
        yield Check(family.subject, skipped=answers.reason(error))
    except DeployError as error:
        yield Check(family.subject, skipped=str(error).partition("\n")[0])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # One answer of another form than the documented one must not hide what the others say. Its
        # text may hold a secret.
        kind = type(error).__name__
        yield Check(family.subject, skipped=f"an answer has an unknown form ({kind})")
