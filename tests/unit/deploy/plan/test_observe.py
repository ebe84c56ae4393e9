"""gcloud's listings are read as the fields and bindings that plans compare.

These are answers in gcloud's format; tests/integration/deploy uses the real gcloud.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from csvgate_ops.deploy.plan.model import Binding, Key, Observed
from csvgate_ops.deploy.plan.observe import observe
from csvgate_ops.deploy.run.gcloud import (
    CommandFailed,
    Finished,
    JsonReader,
    Runner,
    Unreachable,
)
from unit.deploy.plan.environments import COMPANY, wanted

PROJECT = "example-csvgate-dev"
DESCRIBED = {"projectId": PROJECT, "projectNumber": "123"}
ENRICH = f"csvgate-enrich@{PROJECT}.iam.gserviceaccount.com"
SUBSCRIPTION = "eventarc-europe-west1-enrich-records-sub-042"
TRIGGER = {
    "name": f"projects/{PROJECT}/locations/europe-west1/triggers/enrich-records",
    "eventFilters": [
        {"attribute": "type", "value": "google.cloud.pubsub.topic.v1.messagePublished"}
    ],
    "destination": {"cloudRun": {"service": "enrich-records", "region": "europe-west1"}},
    "serviceAccount": f"csvgate-triggers@{PROJECT}.iam.gserviceaccount.com",
    "transport": {
        "pubsub": {
            "topic": f"projects/{PROJECT}/topics/validated-records",
            "subscription": f"projects/{PROJECT}/subscriptions/{SUBSCRIPTION}",
        }
    },
}
POLICIES = {
    "name": f"projects/{PROJECT}/subscriptions/{SUBSCRIPTION}",
    "topic": f"projects/{PROJECT}/topics/validated-records",
    "ackDeadlineSeconds": 600,
    "messageRetentionDuration": "604800s",
    "expirationPolicy": {"ttl": "2678400s"},
    "deadLetterPolicy": {
        "deadLetterTopic": f"projects/{PROJECT}/topics/enrich-records-dead-letter",
        "maxDeliveryAttempts": 10,
    },
}


NOT_FOUND = Finished(1, "", "ERROR: (gcloud.x.describe) NOT_FOUND: Resource 'x' was not found")


class Answers:
    """Answers by words of the command. A command without an answer lists nothing, and what it
    describes does not exist."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers, self.asked = answers, list[str]()

    def __call__(self, argv: Sequence[str]) -> Finished:
        command = " ".join(argv)
        self.asked.append(command)
        for words, answer in self.answers.items():
            if words in command:
                return Finished(0, json.dumps(answer), "")
        if " describe " in command or " show " in command:
            return NOT_FOUND
        return Finished(0, "{}" if "get-iam-policy" in command else "[]", "")


def enabled(*apis: str) -> list[dict[str, str]]:
    return [{"name": f"projects/123/services/{api}.googleapis.com"} for api in apis]


def test_disabled_apis_are_not_called() -> None:
    """To list what an API has that is not enabled is an error."""
    run = Answers({"projects describe": DESCRIBED, "services list": enabled("storage")})
    observed = observe(wanted("dev"), JsonReader(run))
    assert {Key("api", "storage.googleapis.com"): {}} == observed.resources
    assert [
        f"gcloud projects describe {PROJECT} --format=json",
        f"gcloud projects get-iam-policy {PROJECT} --format=json",
        f"gcloud services list --enabled --project={PROJECT} --format=json",
        f"gcloud storage buckets list --raw --project={PROJECT} --format=json",
    ] == sorted(run.asked)


def test_a_trigger_s_subscription_is_known_by_its_trigger() -> None:
    agent = "serviceAccount:service-123@gcp-sa-pubsub.iam.gserviceaccount.com"
    run = Answers(
        {
            "projects describe": DESCRIBED,
            "services list": enabled("pubsub", "eventarc"),
            "triggers list": [TRIGGER],
            "subscriptions list": [POLICIES],
            f"get-iam-policy {SUBSCRIPTION}": {
                "bindings": [{"role": "roles/pubsub.subscriber", "members": [agent]}]
            },
        }
    )
    observed = observe(wanted("dev"), JsonReader(run))
    key = Key("trigger-subscription", "enrich-records")
    assert {
        "subscription": SUBSCRIPTION,
        "push_endpoint": "",
        "topic": "validated-records",
        "ack_deadline": 600,
        "retention": 604800,
        "expires": "2678400s",
        "dead_letter_topic": "enrich-records-dead-letter",
        "max_delivery_attempts": 10,
        "min_backoff": None,
        "max_backoff": None,
        "labels": "",
    } == observed.resources[key]
    without_number = agent.replace("123", "${PROJECT_NUMBER}")
    assert {Binding(key, "roles/pubsub.subscriber", without_number)} == observed.bindings


def triggers_only(run: Runner) -> Observed:
    with_apis = Answers(
        {"projects describe": DESCRIBED, "services list": enabled("pubsub", "eventarc")}
    )
    return observe(
        wanted("dev"),
        JsonReader(lambda argv: run(argv) if "triggers" in argv else with_apis(argv)),
    )


def test_a_trigger_that_a_list_of_all_locations_leaves_out_is_read_directly() -> None:
    """Eventarc leaves out the triggers of locations that it cannot reach."""
    run = Answers({"triggers describe enrich-records": TRIGGER})
    observed = triggers_only(run)
    found = [key.name for key in observed.resources if key.kind == "trigger"]
    assert ["enrich-records"] == found
    group, project = "gcloud eventarc triggers", f"--project={PROJECT} --format=json"
    missing = ("enrich-records", "notify-stakeholders", "validate-and-parse")
    assert [
        *(f"{group} describe {name} --location=europe-west1 {project}" for name in missing),
        f"{group} list --location=- {project}",
    ] == sorted(run.asked)


def test_a_trigger_whose_location_cannot_be_reached_is_not_missing() -> None:
    def run(argv: Sequence[str]) -> Finished:
        if "list" in argv:
            return Finished(0, "[]", "")
        return Finished(1, "", "ERROR: (gcloud.eventarc.triggers.describe) UNAVAILABLE: later")

    with pytest.raises(CommandFailed, match="UNAVAILABLE: later"):
        triggers_only(run)


def test_a_list_that_lacks_a_region_is_an_error() -> None:
    """gcloud warns of it, and ends with exit code 0."""
    warning = (
        "WARNING: The following regions were fully or partially unreachable for query: "
        "projects/p/locations/europe-west1"
    )
    with pytest.raises(Unreachable, match=r"incomplete.*Try again later:\n  gcloud functions list"):
        JsonReader(lambda _: Finished(0, "[]", warning)).read(("gcloud", "functions", "list"))


def test_a_dataset_s_access_is_read_as_roles() -> None:
    run = Answers(
        {
            "projects describe": DESCRIBED,
            "services list": enabled("bigquery"),
            " show --dataset sales": {
                "location": "EU",
                "access": [
                    {"role": "WRITER", "userByEmail": ENRICH},
                    {"role": "OWNER", "specialGroup": "projectOwners"},
                    {"role": "READER", "specialGroup": "allAuthenticatedUsers"},
                ],
            },
        }
    )
    observed = observe(wanted("dev"), JsonReader(run))
    key = Key("dataset", "sales")
    fields = {"location": "EU", "description": "", "labels": "", "kms_key": ""}
    assert fields == observed.resources[key]
    show = f"bq --project_id={PROJECT} --format=json show"
    assert [f"{show} --dataset sales", f"{show} sales.orders"] == [
        command for command in run.asked if command.startswith("bq ")
    ]
    assert {
        Binding(key, "roles/bigquery.dataEditor", f"serviceAccount:{ENRICH}"),
        Binding(key, "roles/bigquery.dataViewer", "allAuthenticatedUsers"),
    } == observed.bindings


def test_a_function_whose_first_build_failed_has_no_service_yet() -> None:
    """It can be deployed again, and roles on its service are granted afterwards."""
    failed = {
        "name": f"projects/{PROJECT}/locations/europe-west1/functions/enrich-records",
        "state": "FAILED",
    }
    run = Answers(
        {
            "projects describe": DESCRIBED,
            "gcloud services list": enabled("cloudfunctions"),
            "functions list": [failed],
        }
    )

    def without_service(argv: Sequence[str]) -> Finished:
        if "run services get-iam-policy enrich-records" in " ".join(argv):
            return NOT_FOUND
        return run(argv)

    observed = observe(wanted("dev"), JsonReader(without_service))
    assert "FAILED" == observed.resources[Key("function", "enrich-records")]["state"]
    assert frozenset() == observed.bindings


def test_versions_of_secrets_that_are_enabled() -> None:
    versions = [
        {"name": f"projects/123/secrets/sendgrid-api-key/versions/{n}", "state": state}
        for n, state in ((3, "DISABLED"), (2, "ENABLED"), (1, "DESTROYED"))
    ]
    run = Answers(
        {
            "projects describe": DESCRIBED,
            "services list": enabled("secretmanager"),
            "secrets list": [{"name": "projects/123/secrets/sendgrid-api-key"}],
            "versions list": versions,
        }
    )
    observed = observe(wanted("dev"), JsonReader(run))
    # The newest is disabled, so `latest` cannot be read.
    assert {"sendgrid-api-key/2"} == {
        key.name for key in observed.resources if key.kind == "secret-version"
    }


@pytest.mark.parametrize("is_granted", [True, False])
def test_the_agent_that_encrypts_datasets_exists_if_it_may_use_their_key(is_granted: bool) -> None:
    agent = "serviceAccount:bq-123@bigquery-encryption.iam.gserviceaccount.com"
    role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    granted = [{"role": role, "members": [agent]}] if is_granted else []
    key = wanted(COMPANY).place.dataset_key
    run = Answers(
        {
            "projects describe": DESCRIBED,
            "services list": enabled("cloudkms", "cloudresourcemanager"),
            f"keys describe {key}": {"primary": {"state": "ENABLED"}},
            f"keys get-iam-policy {key}": {"bindings": granted},
        }
    )
    observed = observe(wanted(COMPANY), JsonReader(run))
    assert is_granted == (Key("agent", "bigquery.googleapis.com") in observed.resources)
    named = agent.replace("123", "${PROJECT_NUMBER}")
    assert is_granted == (Binding(Key("kms-key", key), role, named) in observed.bindings)
    assert {Key("kms-key", key)} == {k for k in observed.resources if k.kind == "kms-key"}


def test_labels_of_google_and_csvgate_are_not_compared() -> None:
    labels = {
        "team": "web",
        "cost-centre": "4711",
        "goog-terraform-provisioned": "true",
        "deployment-tool": "cli-gcloud",
        "csvgate-source": "0" * 40,
    }
    item = {"name": f"projects/{PROJECT}/topics/orders", "labels": labels}
    run = Answers(
        {"projects describe": DESCRIBED, "services list": enabled("pubsub"), "topics list": [item]}
    )
    fields = observe(wanted("dev"), JsonReader(run)).resources[Key("topic", "orders")]
    assert "cost-centre=4711,team=web" == fields["labels"]
