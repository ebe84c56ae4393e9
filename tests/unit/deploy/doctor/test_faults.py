"""Each introduced fault is found, and no other, with the command that fixes it."""

from dataclasses import replace

import pytest

from csvgate.ports import Column, Partitioning
from unit.deploy.doctor.facts import (
    NUMBER,
    PROJECT,
    Spoil,
    faults,
    healthy,
    with_columns,
    with_contracts,
    with_field,
    with_monitoring,
    with_role,
    with_table,
    with_type,
    without,
    without_role,
)

AT = f"--project={PROJECT}"
ACCOUNT = f"csvgate-validate@{PROJECT}.iam.gserviceaccount.com"
PUBSUB = f"serviceAccount:service-{NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com"
STORAGE = f"serviceAccount:service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com"
UPLOADS = f"{PROJECT}-uploads"
REVIEW = "enrich-records-dead-letter-review"
DEPLOY = "deploy/deploy.sh dev"
RELEASE = "csvgate contracts deploy dev"
ALTER = (
    f"bq --project_id={PROJECT} --location=EU query --nouse_legacy_sql "
    f'"ALTER TABLE \\`{PROJECT}\\`.\\`sales\\`.\\`orders\\` '
)
SUBSCRIPTION = "gcloud pubsub subscriptions update eventarc-sub-enr"
DELETE_TRIGGER = f"gcloud eventarc triggers delete enrich-records --location=europe-west1 {AT}"

FAULTS: list[tuple[str, Spoil, list[str]]] = [
    (
        "api.missing",
        without(("api", "logging.googleapis.com")),
        [f"gcloud services enable logging.googleapis.com {AT}"],
    ),
    (
        "agent.missing",
        without(("agent", "eventarc.googleapis.com")),
        [f"gcloud beta services identity create --service=eventarc.googleapis.com {AT}"],
    ),
    (
        "account.missing",
        without(("account", "csvgate-notify")),
        [
            "gcloud iam service-accounts create csvgate-notify "
            f"'--display-name=csvgate notify_stakeholders' {AT}"
        ],
    ),
    (
        "account.disabled",
        with_field("account", "csvgate-validate", "disabled", True),
        [f"gcloud iam service-accounts enable {ACCOUNT} {AT}"],
    ),
    (
        "secret-version.missing",
        without(("secret-version", "sendgrid-api-key/latest")),
        [f"gcloud secrets versions add sendgrid-api-key --data-file=- {AT} < FILE"],
    ),
    (
        "bucket.public_access_prevention",
        with_field("bucket", UPLOADS, "public_access_prevention", "inherited"),
        [f"gcloud storage buckets update gs://{UPLOADS} --public-access-prevention {AT}"],
    ),
    (
        "bucket.versioning",
        with_field("bucket", UPLOADS, "versioning", False),
        [f"gcloud storage buckets update gs://{UPLOADS} --versioning {AT}"],
    ),
    ("bucket.lifecycle", with_field("bucket", UPLOADS, "lifecycle", ""), [DEPLOY]),
    ("bucket.location", with_field("bucket", UPLOADS, "location", "us"), []),
    (
        "topic.retention",
        with_field("topic", "validated-records", "retention", None),
        [
            "gcloud pubsub topics update validated-records "
            f"--message-retention-duration=604800s {AT}"
        ],
    ),
    (
        "subscription.missing",
        without(("subscription", REVIEW)),
        [
            f"gcloud pubsub subscriptions create {REVIEW} --topic=enrich-records-dead-letter "
            "--ack-deadline=60 --message-retention-duration=2678400s "
            f"--expiration-period=never {AT}"
        ],
    ),
    (
        "subscription.expires",
        with_field("subscription", REVIEW, "expires", "2678400s"),
        [f"gcloud pubsub subscriptions update {REVIEW} --expiration-period=never {AT}"],
    ),
    (
        "subscription.topic",
        with_field("subscription", REVIEW, "topic", "_deleted-topic_"),
        [f"gcloud pubsub subscriptions delete {REVIEW} {AT}", DEPLOY],
    ),
    ("contracts.missing", with_contracts(), [RELEASE]),
    ("contracts.differ", with_contracts("f" * 64), [RELEASE]),
    ("function.missing", without(("function", "notify-stakeholders")), [DEPLOY]),
    ("function.state", with_field("function", "enrich-records", "state", "FAILED"), [DEPLOY]),
    ("function.source", with_field("function", "enrich-records", "source", "f" * 40), [DEPLOY]),
    ("function.memory", with_field("function", "enrich-records", "memory", "512Mi"), [DEPLOY]),
    ("function.ingress", with_field("function", "enrich-records", "ingress", "all"), [DEPLOY]),
    (
        "function.own_trigger",
        with_field(
            "function",
            "enrich-records",
            "own_trigger",
            f"projects/{PROJECT}/locations/eu/triggers/x",
        ),
        [f"gcloud eventarc triggers delete projects/{PROJECT}/locations/eu/triggers/x"],
    ),
    (
        "trigger.once_only",
        with_field("trigger", "enrich-records", "max_attempts", 1),
        [DELETE_TRIGGER, DEPLOY],
    ),
    (
        "trigger.service",
        with_field("trigger", "enrich-records", "service", "notify-stakeholders"),
        [
            "gcloud eventarc triggers update enrich-records --location=europe-west1 "
            f"--destination-run-service=enrich-records --destination-run-region=europe-west1 {AT}"
        ],
    ),
    (
        "trigger-subscription.missing",
        without(("trigger-subscription", "enrich-records")),
        [DELETE_TRIGGER, DEPLOY],
    ),
    (
        "trigger-subscription.unpushed",
        with_field("trigger-subscription", "enrich-records", "push_endpoint", ""),
        [DELETE_TRIGGER, DEPLOY],
    ),
    (
        "trigger-subscription.ack_deadline",
        with_field("trigger-subscription", "enrich-records", "ack_deadline", 10),
        [f"{SUBSCRIPTION} --ack-deadline=600 {AT}"],
    ),
    (
        "trigger-subscription.retention",
        with_field("trigger-subscription", "enrich-records", "retention", 86400),
        [f"{SUBSCRIPTION} --message-retention-duration=604800s {AT}"],
    ),
    (
        "trigger-subscription.expires",
        with_field("trigger-subscription", "enrich-records", "expires", "2678400s"),
        [f"{SUBSCRIPTION} --expiration-period=never {AT}"],
    ),
    (
        "trigger-subscription.dead_letter_topic",
        with_field("trigger-subscription", "enrich-records", "dead_letter_topic", None),
        [
            f"{SUBSCRIPTION} --dead-letter-topic=enrich-records-dead-letter "
            f"--max-delivery-attempts=100 {AT}"
        ],
    ),
    (
        "trigger-subscription.max_backoff",
        with_field("trigger-subscription", "enrich-records", "max_backoff", 10),
        [f"{SUBSCRIPTION} --min-retry-delay=10s --max-retry-delay=600s {AT}"],
    ),
    (
        "role.missing",
        without_role("topic", "enrich-records-dead-letter", "pubsub.publisher", "gcp-sa-pubsub"),
        [
            "gcloud pubsub topics add-iam-policy-binding enrich-records-dead-letter "
            f"{AT} --member={PUBSUB} --role=roles/pubsub.publisher"
        ],
    ),
    (
        "role.missing",
        without_role(
            "trigger-subscription", "enrich-records", "pubsub.subscriber", "gcp-sa-pubsub"
        ),
        [
            "gcloud pubsub subscriptions add-iam-policy-binding eventarc-sub-enr "
            f"{AT} --member={PUBSUB} --role=roles/pubsub.subscriber"
        ],
    ),
    (
        "role.missing",
        without_role("project", "", "pubsub.publisher", "gs-project-accounts"),
        [
            f"gcloud projects add-iam-policy-binding {PROJECT} --member={STORAGE} "
            "--role=roles/pubsub.publisher --condition=None"
        ],
    ),
    (
        "custom-role.permissions",
        with_field("custom-role", "csvgateLoader", "permissions", "bigquery.tables.get"),
        [
            "gcloud iam roles update csvgateLoader --permissions=bigquery.datasets.get,"
            "bigquery.tables.create,bigquery.tables.get,bigquery.tables.getData,"
            f"bigquery.tables.updateData {AT}"
        ],
    ),
    (
        "role.surplus",
        with_role("bucket", UPLOADS, "storage.admin", f"serviceAccount:{ACCOUNT}"),
        [
            f"gcloud storage buckets remove-iam-policy-binding gs://{UPLOADS} {AT} "
            f"--member=serviceAccount:{ACCOUNT} --role=roles/storage.admin --condition=None"
        ],
    ),
    (
        "access.public",
        with_role("bucket", UPLOADS, "storage.objectViewer", "allUsers"),
        [
            f"gcloud storage buckets remove-iam-policy-binding gs://{UPLOADS} {AT} "
            "--member=allUsers --role=roles/storage.objectViewer --condition=None"
        ],
    ),
    (
        "access.public",
        with_role("function", "enrich-records", "run.invoker", "allAuthenticatedUsers"),
        [
            "gcloud run services remove-iam-policy-binding enrich-records --region=europe-west1 "
            f"{AT} --member=allAuthenticatedUsers --role=roles/run.invoker"
        ],
    ),
    ("monitoring.missing", with_monitoring("policies", "dead-letters"), [DEPLOY]),
    ("monitoring.missing", with_monitoring("metrics", "csvgate_retries"), [DEPLOY]),
    ("monitoring.differs", with_monitoring("policies", "slow-uploads", enabled=False), [DEPLOY]),
    (
        "monitoring.differs",
        with_monitoring("policies", "failed-uploads", notificationChannels=[]),
        [DEPLOY],
    ),
    ("monitoring.differs", with_monitoring("dashboards", "csvgate", displayName="mine"), [DEPLOY]),
    ("table.refused", with_type("quantity", "STRING"), []),
    (
        "table.column",
        with_type("order_id", "STRING(2)"),
        [f'{ALTER}ALTER COLUMN \\`order_id\\` SET DATA TYPE STRING"'],
    ),
    (
        "table.column",
        with_columns(lambda found: tuple(c for c in found if c.name != "quantity")),
        [f'{ALTER}ADD COLUMN IF NOT EXISTS \\`quantity\\` INT64"'],
    ),
    (
        "table.refused",
        with_columns(lambda found: tuple(c for c in found if c.name != "eur_rate")),
        [],
    ),
    (
        "table.column",
        with_columns(
            lambda found: tuple(
                replace(c, required=True) if c.name == "notes" else c for c in found
            )
        ),
        [f'{ALTER}ALTER COLUMN \\`notes\\` DROP NOT NULL"'],
    ),
    ("table.refused", with_table(partition_by=Partitioning("ordered_at", "month")), []),
    ("table.refused", with_table(kind="VIEW"), []),
    (
        "table.option",
        with_table(cluster_by=("status",)),
        [
            "bq --project_id=example-csvgate-dev update --clustering_fields=country,status "
            "sales.orders"
        ],
    ),
    (
        "table.option",
        with_columns(
            lambda found: tuple(
                replace(c, description="") if c.name == "amount_eur" else c for c in found
            )
        ),
        [
            f"{ALTER}ALTER COLUMN \\`amount_eur\\` SET OPTIONS "
            '(description=\\"round(amount * eur_rate, 2)\\")"'
        ],
    ),
    (
        "table.column",
        with_columns(lambda found: (*found, Column("theirs", "STRING", required=True))),
        [f'{ALTER}ALTER COLUMN \\`theirs\\` DROP NOT NULL"'],
    ),
]


@pytest.mark.parametrize(("code", "spoil", "fix"), FAULTS, ids=[code for code, _, _ in FAULTS])
def test_an_introduced_fault_is_found_alone_with_its_fix(
    code: str, spoil: Spoil, fix: list[str]
) -> None:
    (fault,) = faults(spoil(healthy()))
    assert (code, fix) == (fault.code, list(fault.fix))


def test_a_healthy_deployment_has_no_fault() -> None:
    assert [] == faults(healthy())


def test_all_faults_at_once_are_all_found() -> None:
    """Combine the faults that can occur together: a missing resource has no other fault."""
    facts = healthy()
    together = [p for p in FAULTS if not (p[0].endswith(".missing") or p[0].startswith("table."))]
    for _, spoil, _ in together:
        facts = spoil(facts)
    assert sorted(code for code, _, _ in together) == sorted(f.code for f in faults(facts))
