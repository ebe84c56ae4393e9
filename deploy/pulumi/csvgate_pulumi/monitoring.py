"""Log-based metrics, alerts and the dashboard, from deploy/monitoring."""

import json
from collections.abc import Iterator
from typing import Any

import pulumi_gcp as gcp

from csvgate_ops.deploy.monitoring.files import LABEL, Monitoring
from csvgate_pulumi.arguments import arguments


def metrics(wanted: Monitoring, options: Any) -> Iterator[Any]:
    for name, body in wanted.metrics.items():
        taken = arguments(gcp.logging.Metric, body, f"log-metrics/{name}")
        yield gcp.logging.Metric(
            f"log-metric {name}", **taken, project=wanted.project, opts=options
        )


def channels(wanted: Monitoring, options: Any) -> Iterator[Any]:
    """Create a notification channel for each recipient of alerts."""
    for email in wanted.emails:
        yield gcp.monitoring.NotificationChannel(
            f"channel {email}",
            type="email",
            display_name=f"csvgate: {email}",
            labels={"email_address": email},
            user_labels={LABEL: "channel"},
            project=wanted.project,
            opts=options,
        )


def alerts(wanted: Monitoring, recipients: list[Any], options: Any) -> Iterator[Any]:
    """Create the alert policies and the dashboard. `recipients` are the notification channels."""
    for name, body in wanted.policies.items():
        taken = arguments(gcp.monitoring.AlertPolicy, body, f"policies/{name}")
        yield gcp.monitoring.AlertPolicy(
            f"alert {name}",
            **taken,
            notification_channels=[channel.name for channel in recipients],
            project=wanted.project,
            opts=options,
        )
    for name, body in wanted.dashboards.items():
        yield gcp.monitoring.Dashboard(
            f"dashboard {name}",
            dashboard_json=json.dumps(body, sort_keys=True),
            project=wanted.project,
            opts=options,
        )
