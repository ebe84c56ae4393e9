"""What is known of a deployed system, and what a check says of it: data without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from csvgate.contracts.model import Contract
from csvgate.ports import Column
from csvgate_ops.deploy.plan.model import Desired, Observed


@dataclass(frozen=True, slots=True)
class Facts:
    """Desired and observed are the planner's; the rest is what it does not compare."""

    environment: str
    desired: Desired
    observed: Observed
    values: Mapping[str, str] = field(default_factory=dict)
    """Of the variables that planned commands hold, by name."""
    disabled: frozenset[str] = frozenset()
    """Service accounts that were switched off."""
    once_only: frozenset[str] = frozenset()
    """Triggers that try each event once."""
    unpushed: frozenset[str] = frozenset()
    """Triggers whose subscription sends nowhere."""
    own_triggers: Mapping[str, str] = field(default_factory=dict)
    """Function → path of a trigger that it has besides the topology's."""
    contracts: tuple[Contract, ...] = ()
    tables: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    """`dataset.table` → its columns, of the contracts' tables that exist."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is stable; `fix` are shell commands, in order, none where a person must decide."""

    code: str
    said: str
    fix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """`skipped` says why it could not be asked: the cause is another check's fault."""

    about: str
    said: str = ""
    faults: tuple[Fault, ...] = ()
    skipped: str = ""

    @property
    def state(self) -> Literal["ok", "fault", "skipped"]:
        if self.faults:
            return "fault"
        return "skipped" if self.skipped else "ok"
