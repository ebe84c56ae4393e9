"""Read the monitoring that deploy created in a project, through gcloud."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from csvgate_ops.deploy.monitoring.files import LABEL, Body

Read = Callable[[tuple[str, ...]], list[dict[str, Any]]]
"""Runs a `gcloud … list` with `--format=json` and returns what it prints."""
APIS = ("monitoring.googleapis.com", "logging.googleapis.com")
METRIC_PREFIX = "csvgate_"
POLICIES = ("gcloud", "alpha", "monitoring", "policies")
CHANNELS = ("gcloud", "beta", "monitoring", "channels")
DASHBOARDS = ("gcloud", "monitoring", "dashboards")
METRICS = ("gcloud", "logging", "metrics")
OUR_CHANNELS = f'userLabels.{LABEL}="channel"'


@dataclass(frozen=True, slots=True)
class MonitoringFound:
    """The monitoring that deploy created in a project. The default is an empty project."""

    channels: Mapping[str, str] = field(default_factory=dict)
    """Email address → name of its notification channel."""
    metrics: Mapping[str, Body] = field(default_factory=dict)
    policies: Mapping[str, Body] = field(default_factory=dict)
    """The policies by the value of their `csvgate` label."""
    dashboards: Mapping[str, Body] = field(default_factory=dict)


def listings(project: str) -> tuple[tuple[str, ...], ...]:
    """Return the commands that list channels, policies, metrics and dashboards."""
    where = f"--project={project}"
    # The service filters channels itself, and only supports comparisons.
    return (
        (*CHANNELS, "list", f"--filter={OUR_CHANNELS}", where),
        (*POLICIES, "list", f"--filter=userLabels.{LABEL}:*", where),
        (*METRICS, "list", where),
        (*DASHBOARDS, "list", where),
    )


def observe(read: Read, project: str) -> MonitoringFound:
    channels, policies, metrics, dashboards = map(read, listings(project))
    return MonitoringFound(
        channels={c["labels"]["email_address"]: c["name"] for c in channels},
        metrics={m["name"]: m for m in metrics if m["name"].startswith(METRIC_PREFIX)},
        policies={p["userLabels"][LABEL]: p for p in policies},
        dashboards={
            d["name"].rpartition("/")[2]: d for d in dashboards if LABEL in d.get("labels", {})
        },
    )
