"""What deploy knows about one kind of resource.

Each module beside this one declares a kind: its name for people, its commands, the fields that are
compared, where roles on it are granted, how it is removed, and what follows from its faults. The
planner, the teardown and the doctor know nothing else about it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from typing import Any, Literal, Protocol

from csvgate_ops.deploy.plan.model import Binding, Fields, Key, Place, Resource, Step


class Reader(Protocol):
    """Reads a project. Each command runs once."""

    def read(self, argv: Sequence[str]) -> Any:
        """Return the JSON that a listing or describing command prints."""

    def find(self, argv: Sequence[str]) -> Any | None:
        """Return the JSON that a describing command prints, or None if the service answers that
        the resource does not exist."""


Names = Collection[str]


class Fix(Enum):
    """How a fault is fixed."""

    COMMAND = auto()
    """The kind's own create or update command fixes it."""
    DEPLOY = auto()
    """A deploy fixes it, because the command needs staged sources."""
    REMAKE = auto()
    """Deleting the resource, or the one that it is part of, and deploying again fixes it: the
    service cannot change it in place."""
    MOVE_DATA = auto()
    """A person has to fix it: the service cannot change it in place, and deleting it would lose
    data."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is compared. `consequence` is what follows if it differs, for the doctor."""

    consequence: str = ""
    fix: Fix = Fix.COMMAND
    shown: Literal["value", "seconds", "variables"] = "value"
    """`variables`: a JSON object of which only the names that differ are shown."""
    optional: bool = False
    """Whether a resource may be desired without the field, which is then left as it is."""

    @property
    def fixed(self) -> bool:
        """Return whether the service refuses to change the field in place."""
        return self.fix in (Fix.REMAKE, Fix.MOVE_DATA)


@dataclass(frozen=True, slots=True)
class Missing:
    """The fault that a resource does not exist."""

    consequence: str
    fix: Fix = Fix.COMMAND
    description: str = "is missing"


@dataclass(frozen=True, slots=True)
class Symptom:
    """A fault in something that deploy does not set, so that no field differs.

    `find` gets the key of an existing resource and everything observed. It returns a description
    of the fault, or "" if there is none.
    """

    code: str
    """The second half of the fault's code, after the kind's name."""
    consequence: str
    find: Callable[[Key, Mapping[Key, Fields]], str]
    fix: Fix | Callable[[Place, Key, Fields], Sequence[Step]]


class Phase(IntEnum):
    """When the teardown deletes a kind. Within a phase, the kind created last is deleted first."""

    DELIVERY = auto()
    CODE = auto()
    MESSAGES = auto()
    DATA = auto()
    ACCOUNTS = auto()
    """After the roles: otherwise policies would name accounts that no longer exist."""


def never(_key: Key, _desired: Collection[Resource]) -> bool:
    return False


def always(_key: Key, _desired: Collection[Resource]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Removal:
    """How the teardown deletes a kind. `holds_data` says whether a resource is kept unless the
    user asks to delete data."""

    phase: Phase
    heading: str
    delete: Callable[[Place, Key, Fields], Sequence[Step]]
    holds_data: Callable[[Key, Collection[Resource]], bool] = never


class IamTarget(Protocol):
    """How roles on a resource are granted, revoked and read."""

    @property
    def heading(self) -> str:
        """The section of the plan in which roles are granted."""

    @property
    def consequences(self) -> Mapping[str, str]:
        """The consequence of a missing role, by the short name of the account that lacks it."""

    def change(self, place: Place, binding: Binding, *, grant: bool) -> tuple[str, ...]:
        """Return the command that grants the role, or revokes it."""

    def read(self, place: Place, on: Key, found: Fields, reader: Reader) -> Iterator[Binding]:
        """Yield the roles granted on a resource that exists with the fields `found`."""


def no_update(_place: Place, _resource: Resource, _changed: Fields) -> Sequence[Step]:
    """Return no command, for kinds without fields."""
    return ()


def no_state(_found: Fields) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of resource. Whatever has no default must be decided for each kind."""

    name: str
    """The first half of keys and of the doctor's fault codes."""
    noun: str
    """What people call it."""
    heading: str
    """The section of the plan in which it is created."""
    api: str
    """The API that manages it. While it is disabled, no such resource exists."""
    create: Callable[[Place, Resource], Sequence[Step]]
    observe: Callable[[Place, Reader, Names], Mapping[str, Fields]]
    """Returns what the project has, by name, with at least the compared fields. Resources that are
    not among the names given may be left out."""
    fields: Mapping[str, Field]
    missing: Missing
    iam: IamTarget | None
    """None if roles are not granted on single resources of this kind."""
    removal: Removal | None
    """None if the teardown never deletes it: others may use it, or it is part of another."""
    update: Callable[[Place, Resource, Fields], Sequence[Step]] = no_update
    """Gets the fields that changed, with the values they should have."""
    part_of: Callable[[str], Key] | None = None
    """Name → the resource that it is created and deleted with."""
    create_all: Callable[[Place, Sequence[str]], Step] | None = None
    """Creates several by one command."""
    checked_together: str = ""
    """If set, the doctor makes one check for all of them, under this title."""
    symptoms: tuple[Symptom, ...] = field(default=())
    state: Callable[[Fields], str] = no_state
    """Returns what is unusual about an existing resource and is not a fault; "" if nothing is."""

    def name_for_people(self, name: str) -> str:
        return f"{self.noun} {name}".rstrip()


def last_segment(path: str) -> str:
    """Return `t` for `projects/p/topics/t`."""
    return path.rpartition("/")[2]


def seconds(text: str | None) -> int | None:
    """Parse a duration in Google's JSON: `604800s`, `604800.500s`."""
    return None if text is None else int(float(text.removesuffix("s")))


def named(fields: Fields) -> str:
    """Return the names of fields for people: `labels, soft delete and versioning`."""
    *names, last = (name.replace("_", " ") for name in fields)
    return f"{', '.join(names)} and {last}" if names else last
