"""What a rule about one constraint of the Organization Policy Service is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from csvgate_ops.deploy.doctor.model import Fault
from csvgate_ops.deploy.preflight.context import Context
from csvgate_ops.deploy.preflight.policies.effective import EffectivePolicy, Verdict

Found = Iterator[Fault | str]
"""Faults, and sentences about what could not be decided."""


@dataclass(frozen=True, slots=True)
class Rule:
    constraint: str
    find: Callable[[Context, EffectivePolicy], Found]


def judged(
    policy: EffectivePolicy, verdict: Verdict, code: str, what: str, remedy: str = ""
) -> Found:
    """Yield a fault if the verdict is negative. `what` is refused; `remedy` is an alternative to
    changing the policy, if there is one."""
    if verdict is False:
        advice = f"{remedy}, or {ASK}" if remedy else ASK
        yield Fault(code, f"{policy.constraint} refuses {what}: {advice}")
    elif verdict is None:
        values = ", ".join((*policy.allowed, *policy.denied))
        yield (
            f"{policy.constraint} ({values}) names groups whose contents are not known here: "
            f"compare {what} by hand"
        )


ASK = "ask an administrator of the organization for an exception"


def switch_off(context: Context, policy: EffectivePolicy) -> tuple[str, ...]:
    """Return the command that makes an exception from a constraint that is on or off."""
    return (
        f"gcloud resource-manager org-policies disable-enforce {policy.constraint} {context.where}",
    )
