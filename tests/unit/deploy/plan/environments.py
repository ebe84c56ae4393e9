"""The topology and environments of the repository, for the tests of deploy."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import digest_of
from csvgate.contracts.load import load_directory
from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.contracts.model import DeployedContracts
from csvgate_ops.deploy.environment.load import load_environment
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.kinds.traffic import messages
from csvgate_ops.deploy.monitoring.observe import MonitoringFound
from csvgate_ops.deploy.plan.desired import desired
from csvgate_ops.deploy.plan.model import Desired, Fields, Observed
from csvgate_ops.deploy.topology.model import Topology

ROOT = Path(__file__).parents[4]
ENVIRONMENTS = ("dev", "staging", "prod")
COMPANY = "company"
"""A further environment, with every setting that a company may ask for."""
EXAMPLES = (*ENVIRONMENTS, COMPANY)


@cache
def topology(name: str = "") -> Topology:
    """The topology of an environment; the example of a company also has a console."""
    return with_console() if name == COMPANY else topo.load(ROOT / "deploy" / "topology.yaml")


def environment(name: str) -> Environment:
    folder = Path(__file__).parent / "env" if name == COMPANY else ROOT / "deploy" / "env"
    return load_environment(folder / f"{name}.yaml", topology(name))


SCHEDULES: Mapping[str, Mapping[str, Any]] = {
    "reconcile": {
        "cron": "30 5 * * MON-FRI",
        "time_zone": "Europe/Berlin",
        "url": "https://console-${project_number}.${region}.run.app/reconcile?since=2d",
        "headers": {"X-Reason": "every morning, before the shops open"},
        "body": '{"by": "schedule"}',
        "service_account": "csvgate-triggers",
        "attempt_deadline": "10m",
        "max_retry_attempts": 2,
    },
    "notify": {
        "cron": "0 7 1 * *",
        "function": "notify_stakeholders",
        "headers": {"Content-Type": "application/cloudevents+json"},
        "body": '{"specversion": "1.0", "id": "1", "source": "//scheduler", "type": "monthly"}',
        "service_account": "csvgate-enrich",
    },
}
"""Schedules of every form, which the repository's own topology does not have."""


def scheduled() -> Topology:
    """The topology with these schedules."""
    document = {**topology().model_dump(exclude_unset=True), "schedules": SCHEDULES}
    return Topology.model_validate(document)


@cache
def with_schedules() -> Desired:
    """The environment prod, which has a budget, with these schedules."""
    digests = dict.fromkeys(topology().functions, "0" * 40)
    return desired(scheduled(), environment("prod"), digests, ROOT / "deploy" / "monitoring")


ADA = "user:ada@example.com"


def with_console(**settings: object) -> Topology:
    document: dict[str, Any] = topology().model_dump(exclude_unset=True)
    document["service_accounts"] = {
        **document["service_accounts"],
        "csvgate-console": {"display_name": "csvgate operators_console"},
    }
    given = {"service_account": "csvgate-console", "sign_in": "iap", "members": [ADA]}
    return Topology.model_validate({**document, "console": {**given, **settings}})


@cache
def console_desired(sign_in: str, members: tuple[str, ...] = (ADA,)) -> Desired:
    found = with_console(sign_in=sign_in, members=members)
    digests = dict.fromkeys((*found.functions, "operators_console"), "0" * 40)
    return desired(found, environment("dev"), digests, ROOT / "deploy" / "monitoring")


_BESIDES: Mapping[str, Fields] = {
    "account": {"disabled": False},
    "budget": {"id": "b-1"},
    "function": {
        "own_trigger": "",
        "traffic": "rev-00002-new=100",
        "latest": "rev-00002-new",
        "before": "rev-00001-old",
        "messages": messages(),
    },
    "trigger": {"max_attempts": None},
    "trigger-subscription": {"push_endpoint": "https://eventarc", "subscription": "eventarc-sub"},
}
"""Kind → what is observed of a healthy resource besides the fields that are compared."""


def healthy_project(desired: Desired) -> Observed:
    """A project that is as it should be."""
    resources = {r.key: {**r.fields, **_BESIDES.get(r.key.kind, {})} for r in desired.resources}
    return Observed(
        resources, frozenset(desired.bindings), _monitoring(desired), contracts=_contracts(desired)
    )


def _contracts(desired: Desired) -> tuple[DeployedContracts, ...]:
    digest = digest_of(make_bundle(desired.contracts))
    return (DeployedContracts(digest, "1764000000000001", datetime(2026, 11, 29, 10, tzinfo=UTC)),)


def _monitoring(desired: Desired) -> MonitoringFound:
    """The desired monitoring, with what the services add themselves."""
    wanted = desired.monitoring
    assert wanted is not None
    channels = {email: f"channels/{at}" for at, email in enumerate(wanted.emails)}
    recipients = {"notificationChannels": list(channels.values())}
    return MonitoringFound(
        channels=channels,
        metrics=wanted.metrics,
        policies={
            k: {**body, **recipients, "name": f"policies/{k}"}
            for k, body in wanted.policies.items()
        },
        dashboards={k: {**body, "etag": "1"} for k, body in wanted.dashboards.items()},
    )


def golden(file: Path, text: str) -> str:
    """Return the contents of a golden file; with CSVGATE_WRITE_GOLDEN, write `text` to it first."""
    if os.environ.get("CSVGATE_WRITE_GOLDEN"):
        file.write_text(text)
    return file.read_text()


@cache
def wanted(name: str) -> Desired:
    digests = dict.fromkeys((*topology().functions, "operators_console"), "0" * 40)
    contracts = load_directory(ROOT / "contracts")
    folder = ROOT / "deploy" / "monitoring"
    return desired(topology(name), environment(name), digests, folder, contracts)
