"""What a teardown leaves in the project, why, and the command that removes it, if there is one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from csvgate.text import counted
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan import console, console_surplus
from csvgate_ops.deploy.plan.model import Desired, Key, Observed
from csvgate_ops.deploy.plan.script import shell_line
from csvgate_ops.deploy.plan.teardown import removable
from csvgate_ops.text import duration, printable

_SOURCES: Final = {
    "gcf-v2-sources-": "Cloud Functions keeps the sources of all functions of a region in it",
    "gcf-v2-uploads-": "Cloud Functions keeps uploaded sources in it for a day",
}
"""Beginnings of the names of buckets that Cloud Functions creates → what they hold."""
_SOFT_DELETED: Final = ("gcloud", "storage", "buckets", "list", "--soft-deleted")


@dataclass(frozen=True, slots=True)
class Remaining:
    """`command` removes it, or shows it."""

    what: str
    why: str
    command: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        yield printable(f"{self.what}: {self.why}")
        if self.command:
            yield f"  {shell_line(self.command)}"


def remaining(desired: Desired, observed: Observed, *, delete_data: bool) -> Iterator[Remaining]:
    """Yield what is left after a teardown of what was observed: data that is kept, what cannot be
    deleted, what Google keeps for some time, and what deploy did not create itself."""
    removed = set(removable(desired, observed, delete_data=delete_data))
    for resource in desired.resources:
        key = resource.key
        if key in observed.resources and KINDS[key.kind].removal is not None:
            yield from _after(key, desired.place.project, observed, removed)
    for command in console_surplus.deletion(desired, observed)[:1]:
        yield Remaining(str(console.KEY), "the environment has no console any more", command.argv)
    yield from _sources(desired, observed)
    apis = [r.key for r in desired.resources if r.key.kind == "api"]
    enabled = sum(key in observed.resources for key in apis)
    if enabled:
        why = "others may use them; they cost nothing, and Google's service agents stay with them"
        yield Remaining(counted(enabled, "enabled API"), why)


def _after(key: Key, project: str, observed: Observed, removed: set[Key]) -> Iterator[Remaining]:
    name, found = KINDS[key.kind].name_for_people(key.name), observed.resources[key]
    if key in removed:
        soft_delete = int(str(found.get("soft_delete") or 0))
        if key.kind == "bucket" and soft_delete:
            why = (
                f"it can be restored, and is charged for, until {duration(soft_delete)} after its "
                "deletion"
            )
            yield Remaining(name, why, (*_SOFT_DELETED, f"--project={project}"))
        elif key.kind == "dataset":
            yield Remaining(name, "it can be restored for seven days after its deletion")
        elif key.kind == "custom-role":
            yield Remaining(name, "its name stays taken for weeks; the next deploy restores it")
        return
    retention = int(str(found.get("retention") or 0)) if key.kind == "bucket" else 0
    if found.get("locked"):
        why = (
            "its retention policy is locked, so no object can be deleted in its first "
            f"{duration(retention)}; delete the bucket by hand when its last object is older"
        )
        yield Remaining(name, why)
    elif retention:
        why = (
            f"data is kept, and its retention policy protects each object for {duration(retention)}"
        )
        yield Remaining(name, why)
    else:
        yield Remaining(name, "data is kept unless --delete-data is given")


def _sources(desired: Desired, observed: Observed) -> Iterator[Remaining]:
    for key in sorted(observed.resources):
        for start, holds in _SOURCES.items():
            if key.kind == "bucket" and key.name.startswith(start):
                command = ("gcloud", "storage", "rm", "--recursive", f"gs://{key.name}")
                why = f"{holds}; remove it if the project has no other functions"
                where = f"--project={desired.place.project}"
                yield Remaining(f"bucket {key.name}", why, (*command, where))
