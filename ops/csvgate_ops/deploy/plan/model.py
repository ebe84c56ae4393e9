"""The parts of a plan: data without behaviour.

An argument may contain `${NAME}`, a value that only the project knows (VARIABLE). It is looked up
when the plan runs. Any other `${…}`, for example in a description, is text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from csvgate.contracts.model import Contract
from csvgate_ops.deploy.contracts.model import DeployedContracts
from csvgate_ops.deploy.monitoring.files import Monitoring
from csvgate_ops.deploy.monitoring.observe import MonitoringFound
from csvgate_ops.deploy.tables.model import ExistingTable

Value = str | int | float | bool | None
Fields = Mapping[str, Value]
PROJECT_NUMBER = "${PROJECT_NUMBER}"
VARIABLE: Final = re.compile(
    r"\$\{(PROJECT_NUMBER|BUDGET|CHANNEL_[A-Z]|[A-Z_]+_(?:SUBSCRIPTION|TOPIC|REVISION))\}"
)
"""A variable of a Lookup in an argument."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an environment is deployed."""

    project: str
    region: str
    bucket_location: str
    bigquery_location: str
    dataset_key: str = ""
    """The path of the key that encrypts the datasets, or ""."""

    def email(self, account: str) -> str:
        return f"{account}@{self.project}.iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """`kind` is one of `kinds.KINDS`, or `project`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class Resource:
    """`fields` are compared one by one with those observed; only what differs is changed."""

    key: Key
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Binding:
    """A role of a member on one resource, optionally under a condition (an IAM expression)."""

    on: Key
    role: str
    member: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Items that are created one after another, under a title."""

    title: str
    items: tuple[Resource | Binding, ...]


@dataclass(frozen=True, slots=True)
class Desired:
    place: Place
    sections: tuple[Section, ...]
    members: frozenset[str]
    """The accounts that deploy creates. Roles that they do not need are revoked."""
    monitoring: Monitoring | None = None
    contracts: tuple[Contract, ...] = ()
    """Their tables follow them."""
    contracts_bucket: str = ""
    """The name of the bucket that holds them."""

    @property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(i for s in self.sections for i in s.items if isinstance(i, Resource))

    @property
    def bindings(self) -> tuple[Binding, ...]:
        return tuple(i for s in self.sections for i in s.items if isinstance(i, Binding))


@dataclass(frozen=True, slots=True)
class Observed:
    """What a project has. The default is an empty project."""

    resources: Mapping[Key, Fields] = field(default_factory=dict)
    bindings: frozenset[Binding] = frozenset()
    monitoring: MonitoringFound = field(default_factory=MonitoringFound)
    tables: Mapping[str, ExistingTable] = field(default_factory=dict)
    """`dataset.table` → the table, for those tables of contracts that exist."""
    contracts: tuple[DeployedContracts, ...] = ()
    """What was deployed of contracts, latest first."""


@dataclass(frozen=True, slots=True)
class Command:
    """An argument vector, and what it is for."""

    argv: tuple[str, ...]
    why: str
    reason: tuple[str, ...] = ()
    """What is missing or differs, with the old and the new value, one item a line."""
    tries: int = 1
    """How often the command is tried if it fails and the service does not say why."""


@dataclass(frozen=True, slots=True)
class Write:
    """A file that the next command reads; `path` is relative to the repository."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value of `${variable}` is what this command prints."""

    variable: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByHand:
    """A command that a person must run; csvgate never does. It is done when `check` prints
    `answer`."""

    argv: tuple[str, ...]
    check: tuple[str, ...]
    answer: str
    why: str
    reads_file: bool = True
    """Whether the command reads a file that the person has."""


Step = Command | Lookup | Write | ByHand


@dataclass(frozen=True, slots=True)
class Stage:
    title: str
    steps: tuple[Step, ...]


class Effect(Enum):
    """What a plan does with one item: a resource, a role of one member, a table or an alert."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    NOTHING = "unchanged"
    BY_HAND = "by hand"
    """A person has to do it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages in the order in which they run; none is empty. `counts` says how many items each
    effect has; it follows from what was compared, so plans with the same stages are equal."""

    stages: tuple[Stage, ...]
    counts: Mapping[Effect, int] = field(default_factory=dict, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    """Lines for people about what the plan leaves to them, with the commands."""

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for stage in self.stages for step in stage.steps)

    def __bool__(self) -> bool:
        return bool(self.stages)
