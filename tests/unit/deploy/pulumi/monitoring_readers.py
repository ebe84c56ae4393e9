"""Read alerts, metrics, channels and dashboards from what the Pulumi program registers."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from csvgate_ops.deploy.kinds.kind import last_segment
from csvgate_ops.deploy.plan.model import Place
from unit.deploy.pulumi.properties import Properties


def metric(place: Place, p: Properties) -> tuple[str, Mapping[str, Any]]:
    p.constant(project=place.project)
    return p["name"], {"name": p["name"], **p.rest()}


def policy(place: Place, p: Properties) -> tuple[str, Mapping[str, Any]]:
    p.constant(project=place.project)
    recipients = [last_segment(path).removeprefix("channel ") for path in p["notificationChannels"]]
    return p["userLabels"]["csvgate"], {
        "userLabels": p["userLabels"],
        **p.rest(),
        "recipients": recipients,
    }


def channel(place: Place, p: Properties) -> tuple[str, Mapping[str, Any]]:
    p.constant(project=place.project)
    return p["labels"]["email_address"], {"labels": p["labels"], **p.rest()}


def dashboard(place: Place, p: Properties) -> tuple[str, Mapping[str, Any]]:
    p.constant(project=place.project)
    body = json.loads(p["dashboardJson"])
    return last_segment(body["name"]), body


METRICS: Final = "gcp:logging/metric:Metric"
POLICIES: Final = "gcp:monitoring/alertPolicy:AlertPolicy"
CHANNELS: Final = "gcp:monitoring/notificationChannel:NotificationChannel"
DASHBOARDS: Final = "gcp:monitoring/dashboard:Dashboard"
MONITORING: Final[Mapping[str, Callable[[Place, Properties], tuple[str, Mapping[str, Any]]]]] = {
    METRICS: metric,
    POLICIES: policy,
    CHANNELS: channel,
    DASHBOARDS: dashboard,
}
