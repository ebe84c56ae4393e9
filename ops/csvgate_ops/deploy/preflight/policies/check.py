"""Read the organization policies that apply to the project, and compare each with its rule."""

from collections.abc import Iterator
from typing import Final

from csvgate.text import counted
from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Argv, Context, Family
from csvgate_ops.deploy.preflight.policies import functions, members, places, storage
from csvgate_ops.deploy.preflight.policies.effective import EffectivePolicy
from csvgate_ops.deploy.preflight.policies.rule import Rule
from csvgate_ops.deploy.run.gcloud import CommandFailed

SUBJECT: Final = "organization policies"
RULES: Final[tuple[Rule, ...]] = (
    *places.RULES,
    *functions.RULES,
    *storage.RULES,
    *members.RULES,
)


def _describe(context: Context, rule: Rule) -> Argv:
    """This command needs no API that deploy does not enable, unlike `gcloud org-policies`."""
    group = ("gcloud", "resource-manager", "org-policies", "describe")
    return (*group, rule.constraint, "--effective", context.where)


def reads(context: Context) -> Iterator[Argv]:
    return (_describe(context, rule) for rule in RULES)


def find(context: Context) -> Iterator[Check]:
    faults: list[Fault] = []
    undecided: list[str] = []
    unread: list[str] = []
    decided = 0
    for rule in RULES:
        try:
            found = list(rule.find(context, _policy(context, rule)))
        except CommandFailed as error:
            unread.append(answers.reason(error))
            continue
        unclear = [each for each in found if isinstance(each, str)]
        faults += [each for each in found if isinstance(each, Fault)]
        undecided += unclear
        decided += not unclear
    if faults or decided:
        result = f"{counted(decided, 'policy', 'policies')} of the organization refuse nothing"
        yield Check(SUBJECT, result, tuple(faults))
    for reason in undecided:
        yield Check(SUBJECT, skipped=reason)
    if unread:
        others = f" ({len(unread) - 1} more alike)" if len(unread) > 1 else ""
        yield Check(SUBJECT, skipped=unread[0] + others)


def _policy(context: Context, rule: Rule) -> EffectivePolicy:
    """Return the policy that applies; a constraint that the service does not know is not set."""
    answer = answers.found(context.reader, _describe(context, rule)) or {}
    return EffectivePolicy.parse(rule.constraint, answer)


FAMILY = Family(SUBJECT, find, reads)
