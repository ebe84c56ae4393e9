"""Interprets the arguments of the commands that create alerts and the dashboard."""

import json
import re
from collections.abc import Mapping
from typing import Any

from csvgate_ops.deploy.monitoring.observe import (
    CHANNELS,
    DASHBOARDS,
    METRICS,
    POLICIES,
    MonitoringFound,
)

VARIABLE = re.compile(r"\$\{CHANNEL_(.)\}")


def named(text: str) -> str:
    """With channels by their names, not by the variables that hold them."""
    return VARIABLE.sub(r"channels/\1", text)


class FakeMonitoring:
    def __init__(self) -> None:
        self.channels: dict[str, str] = {}
        self.metrics: dict[str, dict[str, Any]] = {}
        self.policies: dict[str, dict[str, Any]] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}

    def observed(self) -> MonitoringFound:
        return MonitoringFound(
            dict(self.channels), dict(self.metrics), dict(self.policies), dict(self.dashboards)
        )

    def run(self, argv: tuple[str, ...], flags: Mapping[str, str], file: str) -> bool:
        """Whether the command was one of these."""
        if argv[: len(CHANNELS)] == CHANNELS:
            email = flags["channel-labels"].removeprefix("email_address=")
            assert email not in self.channels
            self.channels[email] = f"channels/{chr(ord('A') + len(self.channels))}"
        elif argv[: len(METRICS)] == METRICS:
            self._make(self.metrics, argv[len(METRICS) + 1], json.loads(file))
        elif argv[: len(POLICIES)] == POLICIES:
            body, told = json.loads(file), named(flags["notification-channels"]).split(",")
            made = {**body, "name": "policies/1", "notificationChannels": told}
            self._make(self.policies, body["userLabels"]["csvgate"], made)
        elif argv[: len(DASHBOARDS)] == DASHBOARDS:
            body = json.loads(file)
            name = body["name"].rpartition("/")[2]
            self._make(self.dashboards, name, {**body, "etag": "1"})
        else:
            return False
        assert "create" in argv
        return True

    def _make(self, kind: dict[str, dict[str, Any]], name: str, body: dict[str, Any]) -> None:
        assert name not in kind, f"{name} is made twice"
        kind[name] = body
