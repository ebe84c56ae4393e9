"""The revisions of Cloud Run services, and the share of the requests that each of them gets."""

from typing import Any

from standin.project import Project
from standin.refusal import invalid
from standin.shapes import Needed, Whole, check

TARGET = {
    "revisionName": str,
    "latestRevision": bool,
    "percent": Whole(0, 100),
    "tag": str,
}
LATEST: dict[str, Any] = {"percent": 100, "latestRevision": True}


def add(project: Project, service: str, *, serves_all: bool = False) -> None:
    """Add a revision. It gets requests as far as the service's traffic goes to the latest one."""
    made = project.revisions.setdefault(service, [])
    name = service.rpartition("/")[2]
    made.append(f"{name}-{len(made) + 1:05d}-abc")
    if serves_all or service not in project.traffic:
        project.traffic[service] = [LATEST]


def remove(project: Project, service: str) -> None:
    project.revisions.pop(service, None)
    project.traffic.pop(service, None)


def latest(project: Project, service: str) -> str:
    return project.revisions[service][-1]


def assign(project: Project, service: str, targets: list[dict[str, Any]]) -> None:
    """Share the traffic out. Raises Refusal."""
    check(targets, Needed([TARGET]))
    for target in targets:
        if ("revisionName" in target) == bool(target.get("latestRevision")):
            raise invalid("A traffic target needs either a revision or latestRevision.")
        name = target.get("revisionName")
        if name is not None and name not in project.revisions[service]:
            raise invalid(f"Revision '{name}' is not ready and cannot serve traffic.")
    if sum(target.get("percent", 0) for target in targets) != 100:
        raise invalid("Traffic targets must sum to 100 percent.")
    project.traffic[service] = targets


def status(project: Project, service: str) -> list[dict[str, Any]]:
    """Return the traffic with the names of revisions, as the service's status shows it."""
    newest = latest(project, service)
    return [{"revisionName": newest, **target} for target in project.traffic[service]]


def serves_latest(project: Project, service: str) -> bool:
    return project.traffic[service] == [LATEST]
