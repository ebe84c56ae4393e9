"""deploy/monitoring, rendered for one project."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from csvgate_ops.deploy.topology import expand

Body = Mapping[str, Any]
"""As the API takes it."""
LABEL = "csvgate"
"""User label of what is ours; of a policy its value is the policy's file."""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What an environment should have. Bodies by name."""

    project: str
    emails: tuple[str, ...]
    """Told of every alert."""
    metrics: Mapping[str, Body]
    policies: Mapping[str, Body]
    dashboards: Mapping[str, Body]


def render(folder: Path, project: str, emails: tuple[str, ...]) -> Monitoring:
    """`folder` is deploy/monitoring."""
    dashboard = _read(folder / "dashboard.yaml", project)
    return Monitoring(
        project=project,
        emails=tuple(dict.fromkeys(emails)),
        metrics={
            path.stem: {"name": path.stem, **_read(path, project)}
            for path in sorted((folder / "log-metrics").glob("*.yaml"))
        },
        policies={
            # Said, so that one which somebody switched off differs.
            path.stem: {"enabled": True, **_read(path, project)}
            for path in sorted((folder / "policies").glob("*.yaml"))
        },
        dashboards={str(dashboard["name"]).rpartition("/")[2]: dashboard},
    )


def _read(path: Path, project: str) -> dict[str, Any]:
    found: dict[str, Any] = _filled(
        YAML(typ="safe", pure=True).load(path.read_text("utf-8")), project
    )
    return found


def _filled(value: Any, project: str) -> Any:
    """Other `${…}` are Cloud Monitoring's own, filled in when an alert is sent."""
    match value:
        case str():
            return expand(value, project)
        case dict():
            return {key: _filled(item, project) for key, item in value.items()}
        case list():
            return [_filled(item, project) for item in value]
    return value
