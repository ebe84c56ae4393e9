"""The Pulumi program registers the same resources, fields and roles that `csvgate deploy` plans, in
an order that works. The table in `csvgate_pulumi.differences` lists the exceptions."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from csvgate_ops.deploy.kinds import KINDS, kms_key
from csvgate_ops.deploy.kinds.iam import ROLES
from csvgate_ops.deploy.plan.model import Desired, Resource
from csvgate_pulumi import differences
from unit.deploy.plan.environments import COMPANY, EXAMPLES, ROOT, wanted, with_schedules
from unit.deploy.pulumi import monitoring_readers
from unit.deploy.pulumi.described import Described, described
from unit.deploy.pulumi.subscription_session import NAME

PYTHON = ROOT / ".venv-pulumi" / "bin" / "python"
RECORDER = ROOT / "tests" / "unit" / "deploy" / "pulumi" / "recorder.py"
VARIANTS = (
    *("delete-data", "unknown-kind", "unknown-field", "unknown-setting", "unknown-role"),
    *("disabled-secret",),
)
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs Pulumi: make setup-pulumi")
EACH = pytest.mark.parametrize("name", EXAMPLES)


@cache
def recording() -> subprocess.CompletedProcess[str]:
    """Every run of the program, by one process."""
    runs = [
        *(*EXAMPLES, "prod:schedules", f"{COMPANY}:disabled-key"),
        *(f"dev:{variant}" for variant in VARIANTS),
    ]
    # Pulumi puts the folder of the program there.
    path = os.pathsep.join(str(ROOT / folder) for folder in ("deploy/pulumi", "tests"))
    return subprocess.run(
        [PYTHON, RECORDER, *runs],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@cache
def recorded() -> Mapping[str, Any]:
    done = recording()
    assert 0 == done.returncode, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


@cache
def found(name: str) -> Described:
    run = recorded()[name]
    assert "error" not in run, run
    return described(wanted(name.partition(":")[0]).place, run)


def differing(desired: Desired, name: str) -> Iterator[str]:
    """Yield each difference between a plan and a run of the program. What no command creates only
    has roles, which another test compares."""
    planned = {r.key: r for r in desired.resources if KINDS[r.key.kind].create(desired.place, r)}
    made = found(name).resources
    yield from (f"{key}: only in the plan" for key in sorted(planned.keys() - made.keys()))
    yield from (f"{key}: only with Pulumi" for key in sorted(made.keys() - planned.keys()))
    for key in planned.keys() & made.keys():
        yield from fields(planned[key], made[key])


def fields(planned: Resource, made: Resource) -> Iterator[str]:
    listed = differences.fields_of(planned.key.kind)
    for name in sorted(planned.fields.keys() | made.fields.keys()):
        one, other = (r.fields.get(name, "(none)") for r in (planned, made))
        if one != other and not (name in listed and name not in made.fields):
            yield f"{planned.key}: {name} is {one!r} in the plan and {other!r} with Pulumi"


@EACH
def test_the_same_resources_and_fields(name: str) -> None:
    assert [] == list(differing(wanted(name), name))


@EACH
def test_the_same_roles(name: str) -> None:
    planned, made = set(wanted(name).bindings), found(name).bindings
    assert sorted(planned) == sorted(made)


@EACH
def test_the_same_metrics_alerts_and_dashboards(name: str) -> None:
    monitoring, made = wanted(name).monitoring, found(name).monitoring
    assert monitoring is not None
    assert monitoring.metrics == made[monitoring_readers.METRICS]
    recipients = {"recipients": list(monitoring.emails)}
    policies = {key: {**body, **recipients} for key, body in monitoring.policies.items()}
    assert policies == made[monitoring_readers.POLICIES]
    assert monitoring.dashboards == made[monitoring_readers.DASHBOARDS]
    channels = {
        email: {
            "type": "email",
            "displayName": f"csvgate: {email}",
            "labels": {"email_address": email},
            "userLabels": {"csvgate": "channel"},
        }
        for email in monitoring.emails
    }
    assert channels == made[monitoring_readers.CHANNELS]


@EACH
def test_what_only_pulumi_has_is_listed(name: str) -> None:
    only = {f"{r.type} {r.name.partition(' ')[0]}" for r in found(name).only_pulumi}
    assert differences.RESOURCES.keys() | {"pulumi:providers:gcp google"} == only
    (provider,) = [r for r in found(name).only_pulumi if r.name == "google"]
    place = wanted(name).place
    assert {
        "project": place.project,
        "region": place.region,
        "addPulumiAttributionLabel": "false",
    } == provider.inputs


def test_every_listed_field_is_one() -> None:
    """A difference that no longer exists is removed from the table."""
    listed = {name.rpartition(".")[::2] for name in differences.FIELDS}
    assert listed <= {(kind.name, field) for kind in KINDS.values() for field in kind.fields}


@EACH
def test_sources_are_what_is_staged(name: str) -> None:
    archives = [r.inputs for r in found(name).only_pulumi if r.name.startswith("source ")]
    functions = {r.key.name for r in wanted(name).resources if r.key.kind == "function"}
    assert {f"build/{f.replace('-', '_')}" for f in functions} == {a["source"] for a in archives}
    (bucket,) = [r.inputs for r in found(name).only_pulumi if r.name.startswith("sources ")]
    assert {bucket["name"]} == {archive["bucket"] for archive in archives}
    assert (True, "enforced") == (
        bucket["uniformBucketLevelAccess"],
        bucket["publicAccessPrevention"],
    )


def waits_for(run: str) -> Mapping[str, set[str]]:
    """Return all that each resource waits for, directly or not."""
    direct = {r["name"]: r["after"] for r in recorded()[run]["resources"]}
    whole: dict[str, set[str]] = {}
    for name, after in direct.items():  # what a resource waits for is registered before it
        whole[name] = set(after).union(*(whole[each] for each in after))
    return whole


@EACH
def test_each_section_waits_for_those_before_it(name: str) -> None:
    """From the roles on, as in the plan. Agents, versions and roles are left out by name: calls are
    not resources, and the test below looks at roles."""
    desired, after = wanted(name), waits_for(name)
    titles = [section.title for section in desired.sections]
    earlier: list[str] = []
    for at, section in enumerate(desired.sections):
        here = [str(i.key) for i in section.items if isinstance(i, Resource)]
        here = [key for key in here if key in after]
        if at > titles.index(ROLES):
            for each in here:
                assert [] == [e for e in earlier if e not in after[each]], each
        earlier += here


@EACH
def test_functions_wait_for_roles_and_callers_for_functions(name: str) -> None:
    after = waits_for(name)
    roles = {n for n in after if n.startswith(("roles/", "projects/"))}
    functions = {n for n in after if n.startswith("function ")}
    assert functions
    callers = {n for n in roles if n.startswith("roles/run.invoker ")}
    subscribers = {n for n in roles if " on trigger-subscription " in n}
    on_topics = {n for n in roles if " on trigger-topic " in n}
    accessors = {n for n in roles if " on iap-service " in n}
    triggers = {n for n in after if n.startswith("trigger ")}
    assert 3 == len(subscribers) == len(triggers)
    with_console = name == COMPANY
    assert 3 + with_console == len(functions) == len(callers)
    assert (2 * with_console, with_console) == (len(accessors), len(on_topics))
    for each in functions:
        assert roles - callers - subscribers - on_topics - accessors == roles & after[each]
    for each in callers:
        assert functions <= after[each]
    for each in triggers:
        assert callers <= after[each]


@EACH
@pytest.mark.parametrize("kind", ["function", "trigger"])
def test_consumers_come_first(name: str, kind: str) -> None:
    keys = [str(r.key) for r in wanted(name).resources if r.key.kind == kind]
    after = waits_for(name)
    for at, key in enumerate(keys):
        assert keys[:at] == [k for k in keys if k in after[key]]


@EACH
def test_alerts_come_last_and_metrics_first(name: str) -> None:
    after = waits_for(name)
    alerts = [n for n in after if n.startswith(("alert ", "dashboard "))]
    metrics = {n for n in after if n.startswith("log-metric ")}
    assert alerts
    for each in alerts:
        assert metrics <= after[each]
        assert {n for n in after if n.startswith("trigger ")} <= after[each]
    for each in metrics:
        assert all(n.startswith(("api ", "google")) for n in after[each])


@EACH
def test_exactly_what_holds_data_is_protected(name: str) -> None:
    """It waits for nothing that `pulumi destroy --exclude-protected` should remove."""
    desired, after = wanted(name), waits_for(name)
    protected = {r["name"] for r in recorded()[name]["resources"] if r["protect"]}
    holding = set()
    for resource in desired.resources:
        removal = KINDS[resource.key.kind].removal
        if removal is not None and removal.holds_data(resource.key, desired.resources):
            holding.add(str(resource.key))
    assert holding == protected
    kept = set().union(*(after[each] for each in protected)) - protected
    role = f"{kms_key.ROLE} on kms-key "
    assert all(n.startswith(("api ", "agent ", "google", role)) for n in kept), kept


def test_data_is_deleted_on_request() -> None:
    resources = recorded()["dev:delete-data"]["resources"]
    assert not any(r["protect"] for r in resources)
    forced = {
        r["name"]
        for r in resources
        if r["inputs"].get("forceDestroy") or r["inputs"].get("deleteContentsOnDestroy")
    }
    holding = {r["name"] for r in resources if r["name"].startswith(("bucket ", "dataset "))}
    assert holding == forced - {n for n in forced if n.startswith("sources ")}
    kept = recorded()["dev"]["resources"]
    assert not any(r["inputs"].get("deleteContentsOnDestroy") for r in kept)
    assert not any(r["inputs"].get("forceDestroy") for r in kept if r["protect"])


def test_schedules_which_no_environment_has() -> None:
    desired = with_schedules()
    assert [] == list(differing(desired, "prod:schedules"))
    assert sorted(set(desired.bindings)) == sorted(found("prod:schedules").bindings)


@pytest.mark.parametrize(
    ("variant", "named"),
    [
        ("unknown-kind", "queue"),
        ("unknown-field", "topic validated-records: deploy/pulumi does not handle colour"),
        ("unknown-setting", "policies/slow-uploads.conditions[0].mood: AlertPolicyConditionArgs"),
        ("unknown-role", "roles/viewer on budget a"),
        ("disabled-secret", "version latest of secret sendgrid-api-key is not enabled"),
    ],
)
def test_what_has_no_counterpart_is_named(variant: str, named: str) -> None:
    """And so is a secret that is not ready."""
    assert named in recorded()[f"dev:{variant}"].get("error", "")


def test_a_key_that_is_not_enabled_is_named() -> None:
    error = recorded()[f"{COMPANY}:disabled-key"].get("error", "")
    assert "the primary version of key projects/acme-keys/locations/" in error


def test_what_is_encrypted_waits_for_the_roles_on_the_key() -> None:
    after = waits_for(COMPANY)
    roles = {n for n in after if n.startswith(f"{kms_key.ROLE} ")}
    encrypted = [str(r.key) for r in wanted(COMPANY).resources if r.fields.get("kms_key")]
    assert {"bucket", "topic", "dataset", "repository", "function"} == {
        n.partition(" ")[0] for n in encrypted
    }
    assert roles
    for each in (*encrypted, *(n for n in after if n.startswith("sources "))):
        assert roles <= after[each]


def test_the_provider_of_patched_subscriptions() -> None:
    """It changes what differs from the project, also where its own inputs are the same."""
    assert {
        "id": NAME,
        "outs": True,
        "secret": False,
        "changes": [True, False, True, True],
        "replaces": ["subscription"],
        "deadline": 600,
    } == recorded()["provider"]


def test_the_provider_of_proxied_services() -> None:
    """It switches the proxy on again where it is off, and after each deploy of the function."""
    assert {
        "id": "projects/p/locations/l/services/operators-console",
        "changes": [True, False, True, True, True],
        "on": [True, True],
        "replaces": ["service"],
    } == recorded()["proxy"]
