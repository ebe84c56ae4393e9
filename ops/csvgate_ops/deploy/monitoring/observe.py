"""What a project has of ours, as gcloud tells it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from csvgate_ops.deploy.monitoring.files import LABEL, Body

Read = Callable[[tuple[str, ...]], list[dict[str, Any]]]
"""Runs a `gcloud … list`, with `--format=json`, and gives what it printed."""
METRIC_PREFIX = "csvgate_"
POLICIES = ("gcloud", "alpha", "monitoring", "policies")
CHANNELS = ("gcloud", "beta", "monitoring", "channels")
DASHBOARDS = ("gcloud", "monitoring", "dashboards")
METRICS = ("gcloud", "logging", "metrics")
OUR_CHANNELS = f'userLabels.{LABEL}="channel"'


@dataclass(frozen=True, slots=True)
class Observed:
    """An empty one is an empty project."""

    channels: Mapping[str, str] = field(default_factory=dict)
    """Address of ours → name of its channel."""
    metrics: Mapping[str, Body] = field(default_factory=dict)
    policies: Mapping[str, Body] = field(default_factory=dict)
    """By the value of their label."""
    dashboards: Mapping[str, Body] = field(default_factory=dict)


def listings(project: str) -> tuple[tuple[str, ...], ...]:
    """Of channels, policies, metrics and dashboards."""
    where = f"--project={project}"
    # gcloud sends the filter of channels to the service, which compares and no more.
    return (
        (*CHANNELS, "list", f"--filter={OUR_CHANNELS}", where),
        (*POLICIES, "list", f"--filter=userLabels.{LABEL}:*", where),
        (*METRICS, "list", where),
        (*DASHBOARDS, "list", where),
    )


def observe(read: Read, project: str) -> Observed:
    channels, policies, metrics, dashboards = map(read, listings(project))
    return Observed(
        channels={c["labels"]["email_address"]: c["name"] for c in channels},
        metrics={m["name"]: m for m in metrics if m["name"].startswith(METRIC_PREFIX)},
        policies={p["userLabels"][LABEL]: p for p in policies},
        dashboards={
            d["name"].rpartition("/")[2]: d for d in dashboards if LABEL in d.get("labels", {})
        },
    )
