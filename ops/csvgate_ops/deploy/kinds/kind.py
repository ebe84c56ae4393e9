"""What the planner and the reader need to know of a kind of resource."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from csvgate_ops.deploy.plan.model import Fields, Key, Place, Resource, Step


class Reader(Protocol):
    def read(self, argv: Sequence[str]) -> Any:
        """The JSON that a listing or describing command prints; each command is run once."""


Names = Collection[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """`delete` is None where nothing is ever deleted. `fixed` are the fields that the service
    cannot change in place. `observe` gives what the project has, by name, with all fields that a
    desired one may have; it may leave out what is not among the names given. Without `api` enabled
    there are none."""

    api: str
    create: Callable[[Place, Resource], Sequence[Step]]
    update: Callable[[Place, Resource, Fields], Sequence[Step]]
    observe: Callable[[Place, Reader, Names], Mapping[str, Fields]]
    delete: Callable[[Place, Key, Fields], Sequence[Step]] | None = None
    fixed: frozenset[str] = frozenset()


def nothing(*_: object) -> Sequence[Step]:
    """For kinds whose resources have nothing to change."""
    return ()


def last(path: str) -> str:
    """`projects/p/topics/t` → `t`."""
    return path.rpartition("/")[2]


def seconds(text: str | None) -> int | None:
    """Google's JSON for a duration: `604800s`, `604800.500s`."""
    return None if text is None else int(float(text.removesuffix("s")))
