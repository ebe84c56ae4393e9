"""deploy/monitoring, rendered for tests."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from csvgate_ops.deploy.monitoring.files import Monitoring, render
from csvgate_ops.deploy.topology import Topology, load
from world import ROOT

PROJECT = "acme-prod"
EMAILS = ("ops@example.com", "data@example.com")
QUOTED = re.compile(r'"([^"]*)"')


def monitoring(emails: tuple[str, ...] = EMAILS) -> Monitoring:
    return render(ROOT / "deploy" / "monitoring", PROJECT, emails)


def topology() -> Topology:
    return load(ROOT / "deploy" / "topology.yaml")


def filters(value: Any) -> Iterator[str]:
    """Every filter of metrics in a policy or a dashboard."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "filter":
                yield item
            elif key != "conditionMatchedLog":
                yield from filters(item)
    elif isinstance(value, list):
        for item in value:
            yield from filters(item)


def on_the_log() -> Mapping[str, Any]:
    """The conditions that match an entry of the log, by the name of their policy."""
    return {
        key: condition["conditionMatchedLog"]
        for key, policy in monitoring().policies.items()
        for condition in policy["conditions"]
        if "conditionMatchedLog" in condition
    }


def named(text: str, selector: str) -> set[str]:
    """The texts that a filter holds a selector against."""
    texts = r'(?:"[^"]*"(?:,\s*)?)+'
    found = re.search(rf"{re.escape(selector)}=((?:[\w.]+\()?{texts})", text)
    return set(QUOTED.findall(found[1])) if found else set()


def metric(text: str) -> str:
    return named(text, "metric.type").pop()
