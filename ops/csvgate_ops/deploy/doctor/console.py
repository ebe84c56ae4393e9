"""Who may use the deployed console, and whether the environment should have it at all."""

from collections.abc import Iterator

from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.kinds.iam import PUBLIC
from csvgate_ops.deploy.plan import console, console_surplus, policies
from csvgate_ops.deploy.plan.model import Binding


def checks(facts: Facts) -> Iterator[Check]:
    wanted = console_surplus.is_wanted(facts.desired)
    if console.KEY not in facts.observed.resources:
        return  # the check of the function says whether that is a fault
    if not wanted and console_surplus.left_over(facts.desired, facts.observed) is None:
        return
    faults = [
        _no_member(facts, binding)
        for binding in console_surplus.access(facts.desired, facts.observed)
        if binding.member not in PUBLIC
    ]
    if not wanted:
        deletion = console_surplus.deletion(facts.desired, facts.observed)
        fix = fixes.commands(facts, deletion)
        faults.append(Fault("console.surplus", console_surplus.WHAT, fix))
    yield Check("access to the console", "members only", tuple(faults))


def _no_member(facts: Facts, binding: Binding) -> Fault:
    description = f"{binding.member} has {policies.role(binding)}, and is not a member"
    fix = fixes.commands(facts, [policies.revoke(facts.desired.place, binding)])
    return Fault("console.access", description, fix)
