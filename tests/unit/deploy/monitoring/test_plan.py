"""The commands that make a project's monitoring match deploy/monitoring."""

from dataclasses import replace
from typing import Any

from csvgate_ops.deploy.monitoring.differences import differs
from csvgate_ops.deploy.monitoring.observe import MonitoringFound, observe
from csvgate_ops.deploy.monitoring.plan import Command, Lookup, plan, removal
from unit.deploy.monitoring.rendered import EMAILS, PROJECT, monitoring

WANTED = monitoring()
CHANNELS = {email: f"projects/{PROJECT}/notificationChannels/{n}" for n, email in enumerate(EMAILS)}
THERE = MonitoringFound(
    channels=CHANNELS,
    metrics=WANTED.metrics,
    policies={
        key: {
            **body,
            "name": f"projects/{PROJECT}/alertPolicies/{key}",
            "notificationChannels": list(CHANNELS.values()),
            "creationRecord": {"mutateTime": "2026-11-25T10:00:00Z"},
        }
        for key, body in WANTED.policies.items()
    },
    dashboards={
        name: {**body, "name": "projects/123/dashboards/csvgate", "etag": "abc"}
        for name, body in WANTED.dashboards.items()
    },
)


def why(wanted: Any, there: MonitoringFound) -> list[str]:
    return [step.subject for step in plan(wanted, there) if isinstance(step, Command)]


def test_an_empty_project_gets_everything_metrics_first() -> None:
    assert [
        *(f"log-based metric {name}" for name in WANTED.metrics),
        *(f"alerts to {email}" for email in EMAILS),
        *(f"alert policy {key}" for key in WANTED.policies),
        "dashboard csvgate",
    ] == why(WANTED, MonitoringFound())


def test_every_command_names_the_project() -> None:
    steps = [*plan(WANTED, MonitoringFound()), *removal(THERE, PROJECT)]
    assert [] == [step for step in steps if f"--project={PROJECT}" not in step.argv]


def test_policies_notify_channels_that_are_created_before_them() -> None:
    steps = plan(WANTED, MonitoringFound())
    looked_up = [step.variable for step in steps if isinstance(step, Lookup)]
    assert ["CHANNEL_A", "CHANNEL_B"] == looked_up
    told = {
        flag
        for step in steps
        if isinstance(step, Command) and "policies" in step.argv
        for flag in step.argv
        if flag.startswith("--notification-channels")
    }
    assert {"--notification-channels=${CHANNEL_A},${CHANNEL_B}"} == told


def test_existing_monitoring_is_left_alone() -> None:
    assert [] == plan(WANTED, THERE)


def test_every_policy_notifies_an_added_address() -> None:
    wanted = replace(WANTED, emails=(EMAILS[0], "new@example.com"))
    assert [
        "alerts to new@example.com",
        *(f"alert policy {key}" for key in WANTED.policies),
    ] == why(wanted, THERE)


def test_without_recipients() -> None:
    steps = plan(replace(WANTED, emails=()), THERE)
    assert len(WANTED.policies) == len(steps)
    assert all("--clear-notification-channels" in step.argv for step in steps)
    assert not any(
        "notification-channels" in str(s.argv) for s in plan(monitoring(()), MonitoringFound())
    )


def test_a_dashboard_is_updated_by_its_etag() -> None:
    changed = {"csvgate": {**THERE.dashboards["csvgate"], "displayName": "mine"}}
    (step,) = plan(WANTED, replace(THERE, dashboards=changed))
    assert isinstance(step, Command)
    assert '"etag": "abc"' in step.stdin
    assert '"name"' not in step.stdin.split('"mosaicLayout"')[0]


def test_our_items_without_a_file_are_deleted() -> None:
    old = {"name": f"projects/{PROJECT}/alertPolicies/9", "userLabels": {"csvgate": "old"}}
    there = replace(
        THERE,
        policies={**THERE.policies, "old": old},
        metrics={**THERE.metrics, "csvgate_old": {"name": "csvgate_old"}},
    )
    assert [("metrics", "delete"), ("policies", "delete")] == [
        (step.argv[-5], step.argv[-4]) for step in plan(WANTED, there)
    ]


def test_only_our_items_are_observed() -> None:
    answers: dict[str, list[dict[str, Any]]] = {
        "channels": [],
        "policies": [],
        "metrics": [{"name": "theirs"}, {"name": "csvgate_retries"}],
        "dashboards": [
            {"name": "projects/1/dashboards/theirs"},
            {"name": "projects/1/dashboards/csvgate", "labels": {"csvgate": ""}},
        ],
    }
    found = observe(lambda argv: answers[argv[argv.index("list") - 1]], PROJECT)
    assert (["csvgate_retries"], ["csvgate"]) == (list(found.metrics), list(found.dashboards))


def test_differences_that_matter() -> None:
    assert not differs({"a": {"b": [1]}}, {"a": {"b": [1], "c": 2}, "d": 3})
    assert not differs({"width": 6, "count": 0, "text": ""}, {"width": "6"})
    assert differs({"a": 1}, {})
    assert differs({"a": [1, 2]}, {"a": [1]})
    assert differs({"a": [{"b": 1}]}, {"a": [{"b": 2}]})
    assert differs({"a": {"b": 1}}, {"a": "b"})
