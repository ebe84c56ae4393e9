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
    for rule in RULES:
        try:
            for found in rule.find(context, _policy(context, rule)):
                (faults if isinstance(found, Fault) else undecided).append(found)
        except CommandFailed as error:
            undecided.append(answers.reason(error))
    number = len(RULES) - len(undecided)
    if faults or number:
        result = f"{counted(number, 'policy', 'policies')} of the organization refuse nothing"
        yield Check(SUBJECT, result, tuple(faults))
    for reason in dict.fromkeys(undecided):
        yield Check(SUBJECT, skipped=reason)


def _policy(context: Context, rule: Rule) -> EffectivePolicy:
    """Return the policy that applies; a constraint that the service does not know is not set."""
    answer = answers.found(context.reader, _describe(context, rule)) or {}
    return EffectivePolicy.parse(rule.constraint, answer)


FAMILY = Family(SUBJECT, find, reads)
