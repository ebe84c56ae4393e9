"""What a company asks of resources of many kinds: where settings arrive, and how they change."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from csvgate_ops.deploy.doctor.diagnose import diagnose
from csvgate_ops.deploy.doctor.model import Facts
from csvgate_ops.deploy.environment.overlay import overlay
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan.model import (
    Binding,
    ByHand,
    Command,
    Key,
    Observed,
    Plan,
    Value,
    Write,
)
from csvgate_ops.deploy.plan.planner import NotInPlace, plan
from csvgate_ops.deploy.plan.script import by_hand_line
from csvgate_ops.deploy.plan.teardown import teardown
from csvgate_ops.deploy.topology.checks import mistakes
from unit.deploy.plan.environments import (
    COMPANY,
    ENVIRONMENTS,
    environment,
    healthy_project,
    topology,
    wanted,
)

LABELS = "büro=köln,cost-centre=4711,team=data-platform"
FLAGS = f"--clear-labels --update-labels={LABELS}"
KEYS = "projects/acme-keys/locations/{}/keyRings/csvgate/cryptoKeys/{}"
DATA, MESSAGES = KEYS.format("europe", "data"), KEYS.format("europe-west3", "messages")
CODE = KEYS.format("europe-west3", "code")
UPLOADS = "acme-sales-uploads"
REVIEW = "acme-sales-enrich-dead-review"
CONNECTED = (
    "gcloud run services update enrich-records --network=projects/acme-net/global/networks/prod "
    "--subnet=projects/acme-net/regions/europe-west3/subnetworks/csvgate "
    "--network-tags=csvgate,to-sendgrid --vpc-egress=all-traffic"
)
SCHEMA = "ALTER SCHEMA `example-csvgate-dev`.sales SET OPTIONS "

CHANGES: tuple[tuple[str, str, str, Value, str], ...] = (
    ("bucket", UPLOADS, "labels", "team=web", f"--labels-file=build/labels-{UPLOADS}.json"),
    ("bucket", UPLOADS, "kms_key", "", f"--default-encryption-key={DATA}"),
    ("topic", "acme-sales-validated", "labels", "", FLAGS),
    ("topic", "acme-sales-validated", "kms_key", CODE, f"--topic-encryption-key={MESSAGES}"),
    (
        "topic",
        "acme-sales-validated",
        "storage_regions",
        "europe-west1,europe-west3,us-east1",
        "--message-storage-policy-allowed-regions=europe-west3,europe-west4",
    ),
    ("subscription", REVIEW, "labels", "team=web", FLAGS),
    (
        "dataset",
        "sales",
        "labels",
        "team=web",
        f'{SCHEMA}(labels = [("büro", "köln"), ("cost-centre", "4711"), ("team", "data-pl',
    ),
    ("dataset", "sales", "kms_key", "", f'{SCHEMA}(default_kms_key_name = "{DATA}")'),
    ("secret", "sendgrid-api-key", "labels", "team=web", FLAGS),
    ("repository", "csvgate", "labels", "team=web", FLAGS),
    ("trigger", "enrich-records", "labels", "", FLAGS),
    (
        "function",
        "enrich-records",
        "labels",
        "",
        f"csvgate-source={'0' * 40},team=data-platform --",
    ),
    ("function", "enrich-records", "labels", "team=web", "--clear-labels"),
    ("function", "enrich-records", "labels", "a=b", "--update-labels=büro=köln,cost-centre=4711,"),
    ("function", "enrich-records", "kms_key", "", f"--kms-key={CODE}"),
    ("function", "enrich-records", "subnet", "", CONNECTED),
    ("function", "enrich-records", "network", "other", CONNECTED),
    ("function", "enrich-records", "tags", "", CONNECTED),
    ("function", "enrich-records", "egress", "private-ranges-only", CONNECTED),
    ("function", "operators-console", "iap", False, "run services update operators-console --iap"),
)
"""Kind, name, field, what the project has instead, and a part of the command that changes it."""
FIXED = (("secret", "sendgrid-api-key", "locations"), ("repository", "csvgate", "kms_key"))


def different(key: Key, field: str, value: Value) -> Observed:
    observed = healthy_project(wanted(COMPANY))
    fields = {**observed.resources[key], field: value}
    return replace(observed, resources={**observed.resources, key: fields})


def test_every_company_field_has_a_case() -> None:
    declared = {(k.name, n) for k in KINDS.values() for n, f in k.fields.items() if f.optional}
    cases = {(kind, field) for kind, _, field, *_ in CHANGES}
    network = {("function", field) for field in ("subnet", "tags", "egress")}
    assert declared | network == cases | {(kind, field) for kind, _, field in FIXED}


@pytest.mark.parametrize(("kind", "name", "field", "value", "expected"), CHANGES)
def test_a_company_setting_is_changed_in_place(
    kind: str, name: str, field: str, value: Value, expected: str
) -> None:
    found = plan(wanted(COMPANY), different(Key(kind, name), field, value))
    command, *more = [" ".join(s.argv) for s in found.steps if isinstance(s, Command)]
    assert expected in command
    assert name in command
    # After a deploy of the function, its service is connected to the subnet again.
    deployed = command.startswith("gcloud functions deploy")
    assert [CONNECTED] * deployed == [step.partition(" --region")[0] for step in more]


@pytest.mark.parametrize(("kind", "name", "field"), [*(c[:3] for c in CHANGES), *FIXED], ids=str)
def test_a_company_setting_that_differs_is_drift(kind: str, name: str, field: str) -> None:
    desired, observed = wanted(COMPANY), different(Key(kind, name), field, "other")
    checks = diagnose(Facts(COMPANY, desired, observed, {"PROJECT_NUMBER": "1"}))
    assert [f"{kind}.{field}"] == [fault.code for c in checks for fault in c.faults]


@pytest.mark.parametrize(("kind", "name", "field"), FIXED)
def test_a_setting_that_cannot_change_stops_the_plan(kind: str, name: str, field: str) -> None:
    with pytest.raises(NotInPlace, match=field):
        plan(wanted(COMPANY), different(Key(kind, name), field, ""))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_an_environment_does_not_set_stays_as_it_is(name: str) -> None:
    desired = wanted(name)
    observed = healthy_project(desired)
    resources = {
        key: {**{n: "somebody's" for n, f in KINDS[key.kind].fields.items() if f.optional}, **found}
        for key, found in observed.resources.items()
    }
    there = replace(observed, resources=resources)
    assert Plan(()) == plan(desired, there)
    checks = diagnose(Facts(name, desired, there, {"PROJECT_NUMBER": "1"}))
    assert [] == [fault for check in checks for fault in check.faults]


def test_labels_are_written_for_a_bucket() -> None:
    found = plan(wanted(COMPANY), different(Key("bucket", UPLOADS), "labels", ""))
    written = [s.text for s in found.steps if isinstance(s, Write)]
    assert ['{"büro":"köln","cost-centre":"4711","team":"data-platform"}'] == written


def agent(domain: str, prefix: str = "service") -> str:
    return f"serviceAccount:{prefix}-${{PROJECT_NUMBER}}@{domain}.iam.gserviceaccount.com"


def test_agents_may_use_the_keys_of_what_they_encrypt() -> None:
    granted: Mapping[str, set[str]] = {
        DATA: {agent("gs-project-accounts"), agent("bigquery-encryption", "bq")},
        MESSAGES: {agent("gcp-sa-pubsub")},
        CODE: {
            agent("gcf-admin-robot"),
            agent("gcp-sa-artifactregistry"),
            agent("gcp-sa-eventarc"),
            agent("gs-project-accounts"),
            agent("serverless-robot-prod"),
        },
    }
    expected = {
        Binding(Key("kms-key", key), "roles/cloudkms.cryptoKeyEncrypterDecrypter", member)
        for key, members in granted.items()
        for member in members
    }
    assert expected == {b for b in wanted(COMPANY).bindings if b.on.kind == "kms-key"}


def test_keys_come_before_what_they_encrypt() -> None:
    titles = [stage.title for stage in plan(wanted(COMPANY), Observed()).stages]
    assert titles.index("Service agents") < titles.index("Encryption keys")
    for later in ("Images", "Buckets", "Topics", "Datasets", "Functions"):
        assert titles.index("Encryption keys") < titles.index(later)


def test_a_teardown_leaves_keys_and_their_roles() -> None:
    """Otherwise nobody could read the buckets and tables that stay."""
    desired = wanted(COMPANY)
    for delete_data in (False, True):
        steps = teardown(desired, healthy_project(desired), delete_data=delete_data).steps
        assert not [s for s in steps if isinstance(s, Command) and "kms" in s.argv]


def test_a_key_that_is_missing_is_created_by_a_person() -> None:
    desired, observed = wanted(COMPANY), healthy_project(wanted(COMPANY))
    left = {k: v for k, v in observed.resources.items() if k != Key("kms-key", CODE)}
    there = replace(observed, resources=left)
    create = (
        "gcloud kms keys create code --keyring=csvgate --location=europe-west3 "
        "--purpose=encryption --project=acme-keys"
    )
    (step,) = [s for s in plan(desired, there).steps if isinstance(s, ByHand)]
    assert create == by_hand_line(step)
    checks = diagnose(Facts(COMPANY, desired, there, {"PROJECT_NUMBER": "1"}))
    (fault,) = [fault for check in checks for fault in check.faults]
    assert ("kms-key.missing", (create,)) == (fault.code, fault.fix)


def test_own_names_arrive_wherever_a_name_is_used() -> None:
    desired = wanted(COMPANY)
    names = {kind: [r.key.name for r in desired.resources if r.key.kind == kind] for kind in KINDS}
    assert {UPLOADS, "acme-example-csvgate-dev-ledger"} < set(names["bucket"])
    assert "example-csvgate-dev-uploads" not in names["bucket"]
    assert {"acme-sales-validated", "acme-sales-enrich-dead"} < set(names["topic"])
    assert REVIEW in names["subscription"]
    assert desired.monitoring is not None
    fields = {r.key: r.fields for r in desired.resources}
    assert UPLOADS == fields[Key("trigger", "validate-and-parse")]["bucket"]
    assert "acme-sales-validated" == fields[Key("trigger", "enrich-records")]["topic"]
    assert "acme-sales-enrich-dead" == fields[Key("subscription", REVIEW)]["topic"]
    policies = fields[Key("trigger-subscription", "enrich-records")]
    assert "acme-sales-enrich-dead" == policies["dead_letter_topic"]
    variables = str(fields[Key("function", "enrich-records")]["environment"])
    for name in (UPLOADS, "acme-sales-validated", "acme-sales-enrich-dead"):
        assert f'"{name}"' in variables
    text = f"{desired.sections} {desired.monitoring}"
    for old in ("example-csvgate-dev-uploads", "validated-records", "enrich-records-dead-letter"):
        assert old not in text
    alerts = [str(body) for body in desired.monitoring.policies.values()]
    assert 3 == sum(f'"{REVIEW}"' in alert for alert in alerts)


def test_a_topology_with_own_names_is_valid() -> None:
    assert [] == list(mistakes(overlay(topology(COMPANY), environment(COMPANY))))


def leaving(key: str, value: str) -> list[str]:
    """Return the commands that change a function of production, which has a connector, from what it
    has instead."""
    desired = wanted("prod")
    observed = healthy_project(desired)
    notify = Key("function", "notify-stakeholders")
    there = {**observed.resources[notify], "subnet": "old", "tags": "t", key: value}
    changed = replace(observed, resources={**observed.resources, notify: there})
    return [" ".join(s.argv) for s in plan(desired, changed).steps if isinstance(s, Command)]


def test_a_service_leaves_its_subnet_before_it_gets_a_connector() -> None:
    """Cloud Run refuses a service that has both."""
    clear, deploy = leaving("connector", "")
    assert clear.startswith("gcloud run services update notify-stakeholders --clear-network --")
    assert "--vpc-connector=projects/example-csvgate-prod/" in deploy


def test_a_subnet_that_somebody_has_set_is_removed() -> None:
    (clear,) = leaving("tags", "t")
    assert clear.startswith("gcloud run services update notify-stakeholders --clear-network --")
