"""Read deploy/monitoring and fill in one project."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from csvgate_ops.deploy.topology import expand

Body = Mapping[str, Any]
"""A resource as the API takes it."""
LABEL = "csvgate"
"""The user label of everything that deploy creates; a policy's value names its file."""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The monitoring that an environment should have: bodies by name."""

    project: str
    emails: tuple[str, ...]
    """Recipients of every alert."""
    metrics: Mapping[str, Body]
    policies: Mapping[str, Body]
    dashboards: Mapping[str, Body]


def render(
    folder: Path, project: str, emails: tuple[str, ...], renamed: Mapping[str, str] | None = None
) -> Monitoring:
    """Return the bodies of all files, filled in. `folder` is deploy/monitoring. `renamed` are
    the subscriptions that the environment calls otherwise than the topology, by the name in the
    topology, which the files contain."""
    others = renamed or {}
    dashboard = _read(folder / "dashboard.yaml", project, others)
    return Monitoring(
        project=project,
        emails=tuple(dict.fromkeys(emails)),
        metrics={
            path.stem: {"name": path.stem, **_read(path, project, others)}
            for path in sorted((folder / "log-metrics").glob("*.yaml"))
        },
        policies={
            # Explicit, so that a policy that somebody has disabled differs.
            path.stem: {"enabled": True, **_read(path, project, others)}
            for path in sorted((folder / "policies").glob("*.yaml"))
        },
        dashboards={str(dashboard["name"]).rpartition("/")[2]: dashboard},
    )


def _read(path: Path, project: str, renamed: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = _filled(
        YAML(typ="safe", pure=True).load(path.read_text("utf-8")), project, renamed
    )
    return found


def _filled(value: Any, project: str, renamed: Mapping[str, str]) -> Any:
    """Fill in `${project}` and the names of subscriptions in filters, where they are in quotes.
    Cloud Monitoring fills in other `${…}` when it sends an alert."""
    match value:
        case str():
            for old, new in renamed.items():
                value = value.replace(f'"{old}"', f'"{new}"')
            return expand(value, project)
        case dict():
            return {key: _filled(item, project, renamed) for key, item in value.items()}
        case list():
            return [_filled(item, project, renamed) for item in value]
    return value
