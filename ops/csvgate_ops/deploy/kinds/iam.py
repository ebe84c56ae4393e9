"""IAM policies that gcloud changes with `add-iam-policy-binding`, and the project's own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.plan.model import Binding, Fields, Key, Place

PUBLIC: Final = ("allUsers", "allAuthenticatedUsers")
ROLES: Final = "Roles"
"""The section in which most roles are granted: before the functions, which need them."""
NOT_FORWARDED: Final = (
    "dead letters are not forwarded, and events are redelivered until they expire"
)
CONDITION_TITLE: Final = "csvgate"


def same_name(_place: Place, name: str, _found: Fields) -> str:
    return name


def in_project(place: Place) -> tuple[str, ...]:
    return (f"--project={place.project}",)


@dataclass(frozen=True, slots=True)
class GcloudPolicy:
    """A policy that `group` manages. `name` gets the fields of the resource as observed, or none if
    it does not exist yet, and returns what the commands call it."""

    group: tuple[str, ...]
    name: Callable[[Place, str, Fields], str] = same_name
    flags: Callable[[Place], tuple[str, ...]] = in_project
    heading: str = ROLES
    consequences: Mapping[str, str] = field(default_factory=dict)

    def change(self, place: Place, binding: Binding, *, grant: bool) -> tuple[str, ...]:
        verb = "add" if grant else "remove"
        return (
            *self.group,
            f"{verb}-iam-policy-binding",
            self.name(place, binding.on.name, {}),
            *self.flags(place),
            f"--member={binding.member}",
            f"--role={binding.role}",
            *_condition(binding),
        )

    def read(self, place: Place, on: Key, found: Fields, reader: Reader) -> Iterator[Binding]:
        name = self.name(place, on.name, found)
        # A function whose first build failed exists, but its Cloud Run service does not.
        policy = reader.find((*self.group, "get-iam-policy", name, *self.flags(place)))
        for item in (policy or {}).get("bindings", ()):
            condition = item.get("condition", {}).get("expression", "")
            for member in item.get("members", ()):
                yield Binding(on, item["role"], member, condition)


def _condition(binding: Binding) -> tuple[str, ...]:
    if binding.condition:
        return (f"--condition=^;^title={CONDITION_TITLE};expression={binding.condition}",)
    # Without this flag gcloud refuses to change a policy in which any binding has a condition.
    return ("--condition=None",) if binding.on.kind in ("project", "bucket") else ()


PROJECT: Final = GcloudPolicy(
    group=("gcloud", "projects"),
    name=lambda place, _name, _found: place.project,
    flags=lambda _: (),
    consequences={
        "gs-project-accounts": "uploads do not raise events",
        "csvgate-triggers": "events are not delivered",
        "csvgate-enrich": "rows cannot be counted when the outcome of a load is unknown",
    },
)
