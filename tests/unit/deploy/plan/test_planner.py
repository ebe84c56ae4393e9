"""The planner emits commands only for what is missing or differs, one per change."""

from dataclasses import replace

import pytest

from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan.model import (
    Binding,
    Command,
    Desired,
    Key,
    Lookup,
    Observed,
    Plan,
    Value,
)
from csvgate_ops.deploy.plan.planner import NotInPlace, plan
from unit.deploy.plan.environments import EXAMPLES, healthy_project, wanted

BUCKET = Key("bucket", "example-csvgate-dev-uploads")
VALIDATE = "serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com"


def with_field(observed: Observed, key: Key, name: str, value: Value) -> Observed:
    fields = {**observed.resources[key], name: value}
    return replace(observed, resources={**observed.resources, key: fields})


def without(observed: Observed, key: Key) -> Observed:
    left = {k: v for k, v in observed.resources.items() if k != key}
    return replace(observed, resources=left)


def commands(found: Plan) -> list[str]:
    return [" ".join(s.argv) for s in found.steps if isinstance(s, Command)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_to_do(name: str) -> None:
    assert Plan(()) == plan(wanted(name), healthy_project(wanted(name)))


@pytest.mark.parametrize(
    ("kind", "name", "field", "value", "expected"),
    [
        (
            "topic",
            "validated-records",
            "retention",
            86400,
            "gcloud pubsub topics update validated-records --message-retention-duration=604800s",
        ),
        (
            "bucket",
            BUCKET.name,
            "lifecycle",
            "",
            f"gcloud storage buckets update gs://{BUCKET.name} --lifecycle-file="
            f"build/lifecycle-{BUCKET.name}.json",
        ),
        (
            "bucket",
            BUCKET.name,
            "public_access_prevention",
            "inherited",
            f"gcloud storage buckets update gs://{BUCKET.name} --public-access-prevention",
        ),
        (
            "subscription",
            "enrich-records-dead-letter-review",
            "expires",
            "2678400s",
            "gcloud pubsub subscriptions update enrich-records-dead-letter-review "
            "--expiration-period=never",
        ),
        (
            "trigger-subscription",
            "enrich-records",
            "dead_letter_topic",
            None,
            "gcloud pubsub subscriptions update ${ENRICH_RECORDS_SUBSCRIPTION} "
            "--dead-letter-topic=enrich-records-dead-letter --max-delivery-attempts=100",
        ),
        (
            "trigger-subscription",
            "enrich-records",
            "max_backoff",
            60,
            "gcloud pubsub subscriptions update ${ENRICH_RECORDS_SUBSCRIPTION} "
            "--min-retry-delay=10s --max-retry-delay=600s",
        ),
        (
            "account",
            "csvgate-enrich",
            "display_name",
            "",
            "gcloud iam service-accounts update "
            "csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com "
            "--display-name=csvgate enrich_records",
        ),
        (
            "custom-role",
            "csvgateLoader",
            "permissions",
            "bigquery.tables.get,bigquery.tables.delete",
            "gcloud iam roles update csvgateLoader --permissions=bigquery.datasets.get,"
            "bigquery.tables.create,bigquery.tables.get,bigquery.tables.getData,"
            "bigquery.tables.updateData",
        ),
        (
            "custom-role",
            "csvgateLoader",
            "deleted",
            True,
            "gcloud iam roles undelete csvgateLoader",
        ),
        (
            "dataset",
            "sales",
            "description",
            "",
            "bq --project_id=example-csvgate-dev update "
            "--description=Orders and related tables sales",
        ),
        (
            "trigger",
            "enrich-records",
            "service",
            "old",
            "gcloud eventarc triggers update enrich-records --location=europe-west1 "
            "--destination-run-service=enrich-records --destination-run-region=europe-west1",
        ),
    ],
)
def test_a_changed_field_is_one_command(
    kind: str, name: str, field: str, value: Value, expected: str
) -> None:
    desired = wanted("dev")
    found = plan(desired, with_field(healthy_project(desired), Key(kind, name), field, value))
    project = "" if expected.startswith("bq") else " --project=example-csvgate-dev"
    assert [expected + project] == commands(found)


def test_a_changed_field_of_a_function_deploys_the_whole_function() -> None:
    desired = wanted("dev")
    key = Key("function", "enrich-records")
    for field, value in (("memory", "1Gi"), ("state", "FAILED"), ("source", "old")):
        (only,) = commands(plan(desired, with_field(healthy_project(desired), key, field, value)))
        assert only.startswith("gcloud functions deploy enrich-records --gen2 ")
        assert "--memory=2Gi" in only
        assert "--trigger-http" not in only


def test_a_field_that_a_service_cannot_change_stops_the_plan() -> None:
    desired = wanted("dev")
    with pytest.raises(NotInPlace, match="location is 'us' and should be 'europe-west1'"):
        plan(desired, with_field(healthy_project(desired), BUCKET, "location", "us"))


def test_a_role_that_is_not_needed_is_revoked() -> None:
    desired = wanted("dev")
    surplus = frozenset(
        {
            Binding(BUCKET, "roles/storage.admin", VALIDATE),
            Binding(BUCKET, "roles/storage.objectViewer", "allUsers"),
            Binding(BUCKET, "roles/storage.objectViewer", "user:jo@example.com"),
            Binding(Key("dataset", "sales"), "roles/bigquery.dataViewer", "allUsers"),
        }
    )
    observed = healthy_project(desired)
    found = plan(desired, replace(observed, bindings=observed.bindings | surplus))
    start = f"gcloud storage buckets remove-iam-policy-binding gs://{BUCKET.name} "
    end = "--project=example-csvgate-dev --member={} --role=roles/storage.{} --condition=None"
    assert [
        start + end.format(VALIDATE, "admin"),
        start + end.format("allUsers", "objectViewer"),
        "bq --project_id=example-csvgate-dev --location=EU query --nouse_legacy_sql REVOKE "
        "`roles/bigquery.dataViewer` ON SCHEMA `example-csvgate-dev`.sales FROM "
        '"specialGroup:allUsers"',
    ] == commands(found)


def test_variables_are_looked_up_once_before_their_first_use() -> None:
    desired = wanted("dev")
    key = Key("trigger-subscription", "enrich-records")
    observed = with_field(healthy_project(desired), key, "ack_deadline", 10)
    subscriber = Binding(key, "roles/pubsub.subscriber", _agent(desired))
    observed = replace(observed, bindings=observed.bindings - {subscriber})
    steps = plan(desired, observed).steps
    assert ["ENRICH_RECORDS_SUBSCRIPTION", "PROJECT_NUMBER"] == [
        s.variable for s in steps if isinstance(s, Lookup)
    ]
    assert [Lookup, Command, Lookup, Command] == [type(s) for s in steps]


def _agent(desired: Desired) -> str:
    return next(b.member for b in desired.bindings if b.role == "roles/pubsub.subscriber")


@pytest.mark.parametrize("name", EXAMPLES)
def test_only_what_is_missing_is_created(name: str) -> None:
    desired = wanted(name)
    complete = set(plan(desired, Observed()).steps)
    for resource in desired.resources:
        found = plan(desired, without(healthy_project(desired), resource.key))
        created = KINDS[resource.key.kind].create(desired.place, resource)
        assert bool(found) == bool(created), "what no command creates has roles only"
        assert resource.key.kind == "api" or set(found.steps) <= complete
    for binding in desired.bindings:
        observed = healthy_project(desired)
        found = plan(desired, replace(observed, bindings=observed.bindings - {binding}))
        assert 1 == len(commands(found))
