"""The real gcloud runs every command of a plan against a stand-in of the two APIs."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from csvgate_ops.deploy.monitoring.differences import differs
from csvgate_ops.deploy.monitoring.files import Monitoring
from csvgate_ops.deploy.monitoring.observe import MonitoringFound, observe
from csvgate_ops.deploy.monitoring.plan import Command, Step, plan, removal
from integration.monitoring.stand_in import StandIn, served
from standin import sdk
from standin.warm import warmed
from unit.deploy.monitoring.rendered import PROJECT, monitoring

pytestmark = pytest.mark.skipif(shutil.which("gcloud") is None, reason="needs gcloud")
_ALL = monitoring(("ops@example.com",))
# Each is a command: so one of every form that there is, which the first test proves.
WANTED = replace(
    _ALL,
    metrics={
        name: _ALL.metrics[name]
        for name in (
            "csvgate_retries",
            "csvgate_saturated_requests",
            "csvgate_upload_seconds",
            "csvgate_uploader_letters",
        )
    },
    policies={
        key: _ALL.policies[key]
        for key in ("dead-letters", "failed-uploads", "slow-uploads", "quota-used")
    },
)


class Gcloud:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def run(self, argv: tuple[str, ...], stdin: str = "") -> str:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            env=dict(self._environment),
            check=False,
        )
        assert 0 == done.returncode, f"{argv}\n{done.stderr}"
        return done.stdout

    def read(self, argv: tuple[str, ...]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.run((*argv, "--format=json")))
        return found

    def observed(self) -> MonitoringFound:
        return observe(self.read, PROJECT)

    def execute(self, steps: list[Step]) -> None:
        """In order, but for commands that follow one another and need nothing of each other."""
        values: dict[str, str] = {}

        def one(step: Step) -> None:
            argv = tuple(_filled(part, values) for part in step.argv)
            if isinstance(step, Command):
                self.run(argv, step.stdin)
            else:
                values[step.variable] = self.run(argv).strip()

        with ThreadPoolExecutor(2) as pool:
            for group in _groups(steps):
                list(pool.map(one, group))


def _filled(part: str, values: Mapping[str, str]) -> str:
    for name, found in values.items():
        part = part.replace(f"${{{name}}}", found)
    return part


def _groups(steps: list[Step]) -> Iterator[list[Step]]:
    group: list[Step] = []
    for step in steps:
        if group and (not isinstance(step, Command) or step.argv[:4] != group[0].argv[:4]):
            yield group
            group = []
        group.append(step)
    if group:
        yield group


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def gcloud(stand_in: StandIn, tmp_path: Path) -> Iterator[Gcloud]:
    with served(stand_in) as address:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "CLOUDSDK_CONFIG": str(tmp_path / "gcloud"),
            "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
            "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
            "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
            "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING": address,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING": address,
            "NO_PROXY": "127.0.0.1",
        }
        with warmed(sdk.root(), environment) as warm:
            yield Gcloud(warm)


def seen(stand_in: StandIn) -> MonitoringFound:
    """What gcloud would say, without asking it."""
    kinds = {"policies": "alertPolicies", "channels": "notificationChannels"}

    def read(argv: tuple[str, ...]) -> list[dict[str, Any]]:
        group = argv[argv.index("list") - 1]
        return list(stand_in.stored[kinds.get(group, group)].values())

    return observe(read, PROJECT)


def stored(stand_in: StandIn) -> dict[str, dict[str, Any]]:
    """What was made, by the names of the files."""
    return {
        "metrics": stand_in.stored["metrics"],
        "policies": {
            p["userLabels"]["csvgate"]: p for p in stand_in.stored["alertPolicies"].values()
        },
        "dashboards": stand_in.stored["dashboards"],
    }


def wanted(monitoring: Monitoring) -> dict[str, Any]:
    return {
        "metrics": dict(monitoring.metrics),
        "policies": dict(monitoring.policies),
        "dashboards": dict(monitoring.dashboards),
    }


def forms(value: Any, path: str = "") -> Iterator[str]:
    """Where in a body there is something, whatever it is."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from forms(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from forms(item, f"{path}[]")
    else:
        yield path


def test_the_remaining_commands_have_no_other_form() -> None:
    for tried, every in ((WANTED.policies, _ALL.policies), (WANTED.metrics, _ALL.metrics)):
        known = {form for body in tried.values() for form in forms(body)}
        assert {} == {
            name: left for name, body in every.items() if (left := set(forms(body)) - known)
        }


@pytest.mark.timeout(300)
def test_created_changed_and_removed(stand_in: StandIn, gcloud: Gcloud) -> None:
    gcloud.execute(plan(WANTED, MonitoringFound()))
    assert not differs(wanted(WANTED), stored(stand_in))
    (channel,) = stand_in.stored["notificationChannels"].values()
    assert ("email", "ops@example.com") == (
        channel["type"],
        channel["labels"]["email_address"],
    )
    for policy in stand_in.stored["alertPolicies"].values():
        assert [channel["name"]] == policy["notificationChannels"]

    there = gcloud.observed()
    assert there == seen(stand_in)
    assert [] == plan(WANTED, there)

    policies = stand_in.stored["alertPolicies"]
    name = next(n for n, p in policies.items() if p["userLabels"]["csvgate"] == "slow-uploads")
    policies[name]["severity"] = "CRITICAL"
    stand_in.stored["dashboards"]["csvgate"]["displayName"] = "mine"
    stand_in.stored["metrics"]["csvgate_retries"]["filter"] = "x"
    stand_in.changes.clear()
    gcloud.execute(plan(WANTED, seen(stand_in)))
    assert not differs(wanted(WANTED), stored(stand_in))
    assert {
        ("PUT", f"/v2/projects/{PROJECT}/metrics/csvgate_retries"),
        ("PATCH", f"/v3/projects/{PROJECT}/alertPolicies/{name}"),
        ("PATCH", f"/v1/projects/{PROJECT}/dashboards/csvgate"),
    } == set(stand_in.changes)

    stand_in.stored["metrics"]["theirs"] = {"name": "theirs", "filter": "y"}
    one_of_each = {command.argv[:4]: command for command in removal(there, PROJECT)}
    left = {kind: len(items) - 1 for kind, items in stand_in.stored.items()}
    gcloud.execute(list(one_of_each.values()))
    assert left == {kind: len(items) for kind, items in stand_in.stored.items()}
    assert "theirs" in stand_in.stored["metrics"]
