"""What is known of a deployed system, and what a check finds: data without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from csvgate.contracts.model import Contract
from csvgate_ops.deploy.plan.model import Desired, Observed


@dataclass(frozen=True, slots=True)
class Facts:
    environment: str
    desired: Desired
    observed: Observed
    variables: Mapping[str, str] = field(default_factory=dict)
    """Values of the variables that planned commands contain, as far as they are known."""
    contracts: tuple[Contract, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is stable. `fix` holds shell commands in order, or none if a person must decide."""

    code: str
    description: str
    fix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    subject: str
    result: str = ""
    """The text for a check that found no fault."""
    faults: tuple[Fault, ...] = ()
    skipped: str = ""
    """Why the check was not made: another check's fault is the cause."""

    @property
    def state(self) -> Literal["ok", "fault", "skipped"]:
        if self.faults:
            return "fault"
        return "skipped" if self.skipped else "ok"


def with_consequence(description: str, consequence: str) -> str:
    return f"{description}: {consequence}" if consequence else description
