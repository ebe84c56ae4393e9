"""Faults to introduce into a stand-in's project, of the kinds that people and accidents cause."""

from collections.abc import Callable
from typing import Any

from csvgate.contracts.load import load_directory
from csvgate.gcp.tables import as_field
from csvgate_ops.deploy.tables.expected import expected
from servers import ROOT
from standin.project import Project

REGION = "europe-west1"
UPLOADS = "example-csvgate-dev-uploads"
PUBSUB, STORAGE = "gcp-sa-pubsub", "gs-project-accounts"


def _subscription(project: Project, trigger: str) -> dict[str, Any]:
    """The subscription that Eventarc created for a trigger."""
    return project.subscriptions[_subscription_name(project, trigger)]


def _subscription_name(project: Project, trigger: str) -> str:
    found = project.triggers[f"projects/{project.name}/locations/{REGION}/triggers/{trigger}"]
    return str(found["transport"]["pubsub"]["subscription"].rpartition("/")[2])


def _revoke(project: Project, resource: str, role: str, agent: str) -> None:
    member = f"serviceAccount:{project.agent(agent)}"
    assert project.policies.has(resource, role, member)
    for binding in project.policies.of[resource]["bindings"]:
        if binding["role"] == role:
            binding["members"].remove(member)
    left = [b for b in project.policies.of[resource]["bindings"] if b["members"]]
    project.policies.of[resource]["bindings"] = left


def _disable_account(project: Project) -> None:
    project.accounts[f"csvgate-validate@{project.name}.iam.gserviceaccount.com"]["disabled"] = True


def _let_a_review_expire(project: Project) -> None:
    review = project.subscriptions["enrich-records-dead-letter-review"]
    review["expirationPolicy"] = {"ttl": "2678400s"}


def _open_a_bucket(project: Project) -> None:
    project.buckets[UPLOADS]["iamConfiguration"]["publicAccessPrevention"] = "inherited"
    project.policies.add(f"buckets/{UPLOADS}", "roles/storage.objectViewer", "allUsers")


def _open_a_function(project: Project) -> None:
    service = f"projects/{project.name}/locations/{REGION}/services/enrich-records"
    project.policies.add(service, "roles/run.invoker", "allUsers")


def _fail_a_function(project: Project) -> None:
    project.functions["notify-stakeholders"]["state"] = "FAILED"
    project.functions["notify-stakeholders"]["serviceConfig"]["availableMemory"] = "256Mi"


def _make_an_old_table(project: Project) -> None:
    """Create a table as an earlier version of the contract wanted it: a column is missing, and it
    is clustered by fewer columns."""
    (contract,) = load_directory(ROOT / "contracts")
    fields = [as_field(column).to_api_repr() for column in expected(contract, ()).columns]
    fields = [field for field in fields if field["name"] != "quantity"]
    reference = {"projectId": project.name, "datasetId": "sales", "tableId": "orders"}
    project.tables["sales.orders"] = {
        "kind": "bigquery#table",
        "id": f"{project.name}:sales.orders",
        "tableReference": reference,
        "type": "TABLE",
        "schema": {"fields": fields},
        "timePartitioning": {"type": "DAY", "field": "ordered_at"},
        "clustering": {"fields": ["country"]},
    }


def _forget_an_alert(project: Project) -> None:
    policies = project.monitoring["alertPolicies"]
    name = next(n for n, p in policies.items() if p["userLabels"]["csvgate"] == "dead-letters")
    del policies[name]


FAULTS: tuple[tuple[Callable[[Project], object], set[tuple[str, str]]], ...] = (
    (
        lambda p: p.apis.discard("iamcredentials.googleapis.com"),
        {("APIs", "api.missing")},
    ),
    (_disable_account, {("service account csvgate-validate", "account.disabled")}),
    (
        lambda p: p.versions["sendgrid-api-key"][-1].update(state="DISABLED"),
        {("value of secret sendgrid-api-key/latest", "secret-version.missing")},
    ),
    (
        lambda p: p.subscriptions.pop("validate-and-parse-dead-letter-review"),
        {("review subscription validate-and-parse-dead-letter-review", "subscription.missing")},
    ),
    (
        _let_a_review_expire,
        {("review subscription enrich-records-dead-letter-review", "subscription.expires")},
    ),
    (
        lambda p: _subscription(p, "enrich-records").pop("deadLetterPolicy"),
        {
            ("subscription of trigger enrich-records", f"trigger-subscription.{field}")
            for field in ("dead_letter_topic", "max_delivery_attempts")
        },
    ),
    (
        lambda p: _subscription(p, "validate-and-parse").update(ackDeadlineSeconds=10),
        {("subscription of trigger validate-and-parse", "trigger-subscription.ack_deadline")},
    ),
    (
        lambda p: _subscription(p, "notify-stakeholders").pop("retryPolicy"),
        {
            ("subscription of trigger notify-stakeholders", f"trigger-subscription.{field}")
            for field in ("min_backoff", "max_backoff")
        },
    ),
    (
        lambda p: _subscription(p, "enrich-records").update(pushConfig={}),
        {("subscription of trigger enrich-records", "trigger-subscription.unpushed")},
    ),
    (
        lambda p: _revoke(
            p, "topics/notify-stakeholders-dead-letter", "roles/pubsub.publisher", PUBSUB
        ),
        {(f"roles of {PUBSUB}", "role.missing")},
    ),
    (
        lambda p: _revoke(
            p,
            f"subscriptions/{_subscription_name(p, 'validate-and-parse')}",
            "roles/pubsub.subscriber",
            PUBSUB,
        ),
        {(f"roles of {PUBSUB}", "role.missing")},
    ),
    (
        lambda p: _revoke(p, "project", "roles/pubsub.publisher", STORAGE),
        # An agent is only known to exist if it has a role.
        {(f"roles of {STORAGE}", "role.missing"), ("Google's service agents", "agent.missing")},
    ),
    (
        _open_a_bucket,
        {
            (f"bucket {UPLOADS}", "bucket.public_access_prevention"),
            ("public access", "access.public"),
        },
    ),
    (_open_a_function, {("public access", "access.public")}),
    (
        _fail_a_function,
        {
            ("function notify-stakeholders", "function.state"),
            ("function notify-stakeholders", "function.memory"),
        },
    ),
    (
        _make_an_old_table,
        {
            ("table sales.orders of contract orders", "table.column"),
            ("table sales.orders of contract orders", "table.option"),
        },
    ),
    (_forget_an_alert, {("monitoring", "monitoring.missing")}),
)
"""Each change to a project, and the subjects and codes of the faults that the doctor must find."""


def introduce(project: Project) -> None:
    for change, _ in FAULTS:
        change(project)
