"""deploy/deploy.sh and deploy/teardown.sh, with the real gcloud and bq against a stand-in."""

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.deployer.permissions import DEPLOYS, GRANT, READS
from csvgate_ops.deploy.run.propagation import spreading
from integration.deploy.faults import FAULTS
from integration.deploy.story import FOREIGN, Run, Story, lived
from servers import ROOT
from standin import sdk
from standin.permissions import permission
from standin.project import Project
from standin.spreading import MESSAGES
from unit.deploy.plan.test_propagation import printed

pytestmark = pytest.mark.skipif(sdk.missing() is not None, reason=str(sdk.missing()))

PROJECT = "example-csvgate-dev"
AGENT = "serviceAccount:service-123456789012@{}.iam.gserviceaccount.com"
DAY = 86400


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with lived(tmp_path_factory.mktemp("story")) as story:
        yield story


@pytest.fixture(scope="module")
def topology() -> topo.Topology:
    return topo.load(ROOT / "deploy" / "topology.yaml")


@pytest.fixture(scope="module")
def finished(story: Story) -> Run:
    return story.runs["finished"]


@pytest.fixture(scope="module")
def project(finished: Run) -> Project:
    return finished.project


def account(name: str) -> str:
    return f"{name}@{PROJECT}.iam.gserviceaccount.com"


def test_without_the_secret_s_value_it_stops_and_says_what_to_do(story: Story) -> None:
    run = story.runs["without the secret"]
    assert 1 == run.code
    assert "secret sendgrid-api-key has no enabled version latest" in run.output
    assert "gcloud secrets versions add sendgrid-api-key --data-file=-" in run.output
    assert {} == run.project.functions


def test_a_killed_run_is_continued(story: Story, finished: Run) -> None:
    unheard, heard = story.runs["killed unheard"], story.runs["killed heard"]
    assert [FOREIGN] == list(unheard.project.buckets)
    assert ["notify-stakeholders"] == list(heard.project.functions)
    assert "Done: example-csvgate-dev matches environment dev.\n" in finished.output
    assert 0 == finished.code


def test_every_request_was_well_formed(story: Story) -> None:
    """What was refused is what the story refuses: a killed request, and fresh changes."""
    fresh = [m for m in MESSAGES.values() if not m.operation and m.status != 404]
    refused = story.stand_in.refused()
    assert "POST storage/b 403" in refused
    assert len(fresh) + 1 == len(refused)


@pytest.fixture(scope="module")
def output(story: Story) -> str:
    names = ("without the secret", "killed unheard", "killed heard", "finished")
    return "".join(story.runs[name].output for name in names)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_first_request_that_is_refused_is_repeated(story: Story, output: str, name: str) -> None:
    """The deploy waits visibly and goes on; the real gcloud and bq print the message."""
    assert name in story.stand_in.project.spreading.heard
    if name == "internal":
        assert 1 == output.count("the service does not say why: try 2 of 3 in 10 s")
        return
    found = spreading(printed(MESSAGES[name]))
    assert found is not None
    assert f": {found.what}; retrying in" in output


def test_no_resource_was_created_twice(story: Story) -> None:
    assert not [c for c in story.stand_in.changes() if c.endswith(" 409")]


def test_a_second_run_changes_nothing_and_says_so(story: Story) -> None:
    again = story.runs["again"]
    assert [] == again.changes
    assert "Nothing to do: example-csvgate-dev matches environment dev.\n" == again.output


def test_each_changed_field_is_one_change(story: Story) -> None:
    changed = story.runs["changed"]
    *_, uploaded = changed.project.sources
    assert [
        f"PATCH pubsub/v1/projects/{PROJECT}/topics/validated-records 200",
        f"PUT cloudfunctions/uploads/{uploaded} 200",
        f"PATCH cloudfunctions/v2/projects/{PROJECT}/locations/europe-west1/functions/"
        "notify-stakeholders 200",
    ] == changed.changes
    assert "messageRetentionDuration" not in changed.project.topics["validated-records"]
    memory = changed.project.functions["notify-stakeholders"]["serviceConfig"]["availableMemory"]
    assert "1Gi" == memory


def test_buckets(project: Project, topology: topo.Topology) -> None:
    for bucket in topology.buckets.values():
        made = project.buckets[topo.expand(bucket.name, PROJECT)]
        rules = []
        for rule in bucket.lifecycle:
            if rule.delete_after is not None:
                condition: dict[str, Any] = {"age": rule.delete_after // DAY}
            else:
                assert rule.delete_noncurrent_after is not None
                condition = {"daysSinceNoncurrentTime": rule.delete_noncurrent_after // DAY}
            if rule.prefixes:
                condition["matchesPrefix"] = list(rule.prefixes)
            rules.append({"action": {"type": "Delete"}, "condition": condition})
        assert "EUROPE-WEST1" == made["location"]
        assert {
            "uniformBucketLevelAccess": {"enabled": True},
            "publicAccessPrevention": "enforced",
        } == made["iamConfiguration"]
        assert bucket.versioning == made.get("versioning", {}).get("enabled", False)
        assert str(bucket.soft_delete) == str(made["softDeletePolicy"]["retentionDurationSeconds"])
        assert rules == made["lifecycle"]["rule"]
        retained = made.get("retentionPolicy", {}).get("retentionPeriod", 0)
        assert bucket.retention == int(retained)


def test_topics_and_review_subscriptions(project: Project, topology: topo.Topology) -> None:
    for topic in topology.topics.values():
        assert f"{topic.retention}s" == project.topics[topic.name]["messageRetentionDuration"]
    for name, review in topology.subscriptions.items():
        made = project.subscriptions[name]
        topic_name = topology.topics[review.topic].name
        assert f"projects/{PROJECT}/topics/{topic_name}" == made["topic"]
        assert review.ack_deadline == made["ackDeadlineSeconds"]
        assert f"{review.retention}s" == made["messageRetentionDuration"]
        assert {} == made["expirationPolicy"]


def test_dataset(project: Project) -> None:
    made = project.datasets["sales"]
    assert ("EU", "Orders and related tables") == (made["location"], made["description"])
    role = f"projects/{PROJECT}/roles/csvgateLoader"
    assert {"role": role, "userByEmail": account("csvgate-enrich")} in made["access"]


def test_custom_roles(project: Project, topology: topo.Topology) -> None:
    assert topology.custom_roles.keys() == project.roles.keys()
    for name, role in topology.custom_roles.items():
        assert role.title == project.roles[name]["title"]
        assert set(role.permissions) == set(project.roles[name]["includedPermissions"])


def test_functions(project: Project, topology: topo.Topology) -> None:
    for name, function in topology.functions.items():
        made = project.functions[topo.service_name(name)]
        service, build = made["serviceConfig"], made["buildConfig"]
        assert function.memory == service["availableMemory"]
        assert function.cpu == float(service["availableCpu"])
        assert function.concurrency == service["maxInstanceRequestConcurrency"]
        assert function.min_instances == service.get("minInstanceCount", 0)
        assert function.timeout == service["timeoutSeconds"]
        assert account(function.service_account) == service["serviceAccountEmail"]
        assert "ALLOW_INTERNAL_ONLY" == service["ingressSettings"]
        assert (function.runtime, function.entry_point) == (build["runtime"], build["entryPoint"])
        assert build["serviceAccount"].endswith(account("csvgate-build"))
        assert build["dockerRepository"].endswith("/repositories/csvgate")
        wanted = topo.environment(topology, name, PROJECT) | {"LOG_LEVEL": "DEBUG"}
        given = service["environmentVariables"]
        assert wanted.keys() - {"CSVGATE_SENDER"} <= given.keys()
        assert all(given[v] == wanted[v] for v in wanted if v != "CSVGATE_SENDER")
    sizes = {n: f["serviceConfig"]["maxInstanceCount"] for n, f in project.functions.items()}
    assert {"validate-and-parse": 2, "enrich-records": 2, "notify-stakeholders": 1} == sizes
    notify = project.functions["notify-stakeholders"]["serviceConfig"]
    assert "csvgate-dev@example.com" == notify["environmentVariables"]["CSVGATE_SENDER"]
    (secret,) = notify["secretEnvironmentVariables"]
    assert ("SENDGRID_API_KEY", "sendgrid-api-key", "latest") == (
        secret["key"],
        secret["secret"],
        secret["version"],
    )


def test_the_staged_source_was_uploaded(project: Project) -> None:
    for function in project.functions.values():
        source = function["buildConfig"]["source"]["storageSource"]["object"]
        names = zipfile.ZipFile(io.BytesIO(project.sources[source])).namelist()
        assert {"main.py", "requirements.txt", "contracts/bundle.json"} <= set(names)
        assert not any("__pycache__" in name or "csvgate_ops" in name for name in names)


def test_triggers_and_their_subscriptions(project: Project, topology: topo.Topology) -> None:
    for name, trigger in topology.triggers.items():
        made = project.triggers[f"projects/{PROJECT}/locations/europe-west1/triggers/{name}"]
        filters = {f["attribute"]: f["value"] for f in made["eventFilters"]}
        run = made["destination"]["cloudRun"]
        assert trigger.event.type == filters["type"]
        assert topo.service_name(trigger.function) == run["service"]
        assert account(trigger.service_account) == made["serviceAccount"]
        pubsub = made["transport"]["pubsub"]
        if "bucket" in filters:
            assert f"{PROJECT}-uploads" == filters["bucket"]
        else:
            assert pubsub["topic"].endswith(f"/{topo.transport(topology, name).topic}")
        subscription = project.subscriptions[pubsub["subscription"].rpartition("/")[2]]
        dead_letter = topology.topics[trigger.dead_letter.topic].name
        assert {
            "deadLetterTopic": f"projects/{PROJECT}/topics/{dead_letter}",
            "maxDeliveryAttempts": trigger.dead_letter.max_delivery_attempts,
        } == subscription["deadLetterPolicy"]
        assert {
            "minimumBackoff": f"{trigger.retry.min_backoff}s",
            "maximumBackoff": f"{trigger.retry.max_backoff}s",
        } == subscription["retryPolicy"]
        assert trigger.ack_deadline == subscription["ackDeadlineSeconds"]
        assert f"{trigger.retention}s" == subscription["messageRetentionDuration"]
        assert {} == subscription["expirationPolicy"]
        on = f"subscriptions/{pubsub['subscription'].rpartition('/')[2]}"
        agent = AGENT.format("gcp-sa-pubsub")
        assert {("roles/pubsub.subscriber", agent)} == roles(project, on)


def roles(project: Project, resource: str) -> set[tuple[str, str]]:
    bindings = project.policies.get(resource).get("bindings", ())
    return {(b["role"], member) for b in bindings for member in b["members"]}


def test_only_the_necessary_roles_are_granted(project: Project) -> None:
    def of(name: str) -> str:
        return f"serviceAccount:{account(name)}"

    validate, enrich, notify = of("csvgate-validate"), of("csvgate-enrich"), of("csvgate-notify")
    pubsub, services = AGENT.format("gcp-sa-pubsub"), f"projects/{PROJECT}/locations/europe-west1"
    view, create = "roles/storage.objectViewer", "roles/storage.objectCreator"
    listing, publisher = "roles/storage.legacyBucketReader", "roles/pubsub.publisher"
    expected = {
        f"buckets/{PROJECT}-uploads": {(view, validate)},
        f"buckets/{PROJECT}-references": {(view, validate)},
        f"buckets/{PROJECT}-contracts": {(view, validate), (view, notify)},
        f"buckets/{PROJECT}-rejects": {(view, validate), (create, validate)},
        f"buckets/{PROJECT}-staging": {(view, validate), (view, enrich), (create, validate)},
        f"buckets/{PROJECT}-ledger": {
            (role, who) for role in (listing, view, create) for who in (validate, enrich, notify)
        },
        "topics/validated-records": {(publisher, validate), (publisher, enrich)},
        "topics/enrichment-complete": {(publisher, validate), (publisher, enrich)},
        "topics/validate-and-parse-dead-letter": {(publisher, validate), (publisher, pubsub)},
        "topics/enrich-records-dead-letter": {(publisher, enrich), (publisher, pubsub)},
        "topics/notify-stakeholders-dead-letter": {(publisher, notify), (publisher, pubsub)},
        "secrets/sendgrid-api-key": {("roles/secretmanager.secretAccessor", notify)},
        **{
            f"{services}/services/{name}": {("roles/run.invoker", of("csvgate-triggers"))}
            for name in ("validate-and-parse", "enrich-records", "notify-stakeholders")
        },
        f"{services}/repositories/csvgate": {
            ("roles/artifactregistry.writer", of("csvgate-build"))
        },
        f"account {account('csvgate-triggers')}": {
            ("roles/iam.serviceAccountOpenIdTokenCreator", pubsub)
        },
        "project": {
            ("roles/pubsub.serviceAgent", pubsub),
            ("roles/eventarc.serviceAgent", AGENT.format("gcp-sa-eventarc")),
            ("roles/storage.admin", of(FOREIGN)),
            ("roles/eventarc.eventReceiver", of("csvgate-triggers")),
            (publisher, AGENT.format("gs-project-accounts")),
            ("roles/logging.logWriter", of("csvgate-build")),
            (view, of("csvgate-build")),
            ("roles/bigquery.jobUser", enrich),
        },
    }
    held = [on for on in project.policies.of if not on.startswith("subscriptions/")]
    assert expected == {on: roles(project, on) for on in held}


def test_the_secret_s_value_is_never_read(story: Story) -> None:
    asked = [str(r) for r in story.stand_in.recorded if ":access" in r.request.path]
    assert [] == asked
    key = base64.b64encode(b"SG.key").decode()
    with_key = [r for r in story.stand_in.recorded if key in json.dumps(r.request.body)]
    assert 1 == len(with_key)  # the person's own


def test_monitoring(project: Project) -> None:
    names = {kind: len(items) for kind, items in project.monitoring.items() if items}
    made = {"metrics": 1, "notificationChannels": 1, "alertPolicies": 2, "dashboards": 1}
    assert made == names
    (channel,) = project.monitoring["notificationChannels"].values()
    for policy in project.monitoring["alertPolicies"].values():
        assert [channel["name"]] == policy["notificationChannels"]


def test_the_doctor_finds_each_introduced_fault_and_nothing_else(story: Story) -> None:
    run = story.runs["doctor"]
    assert (1, []) == (run.code, run.changes)
    answer = json.loads(run.output)
    found = sorted((c["subject"], f["code"]) for c in answer["checks"] for f in c["faults"])
    assert sorted(fault for _, faults in FAULTS for fault in faults) == found
    assert 20 < len(found)
    assert [] == [c for c in answer["checks"] if c["state"] == "skipped"]


def test_the_suggested_commands_fix_the_faults(story: Story, project: Project) -> None:
    run = story.runs["fixed"]
    assert 0 == run.code, run.output
    fixed = run.project
    assert project.apis == fixed.apis
    altered = fixed.tables["sales.orders"]
    assert {"name": "quantity", "type": "INT64", "mode": "NULLABLE"} in altered["schema"]["fields"]
    assert altered["clustering"] == {"fields": ["country", "status"]}
    assert project.accounts == fixed.accounts
    for name in project.buckets:
        assert snapshot(project, "buckets")[name] == snapshot(fixed, "buckets")[name]
    for name, subscription in project.subscriptions.items():
        # One pushes nowhere, which only Eventarc mends.
        there = {k: v for k, v in fixed.subscriptions[name].items() if k != "pushConfig"}
        assert {k: v for k, v in subscription.items() if k != "pushConfig"} == there
    for on in project.policies.of:
        assert roles(project, on) == roles(fixed, on)


def test_teardown_keeps_data(story: Story, project: Project) -> None:
    run = story.runs["teardown"]
    assert 0 == run.code, run.output
    left = run.project
    dead_letters = {name for name in project.topics if name.endswith("-dead-letter")}
    assert project.buckets == left.buckets
    assert project.datasets.keys() == left.datasets.keys()
    assert {*dead_letters, FOREIGN} == left.topics.keys()
    assert {f"{name}-review" for name in dead_letters} == left.subscriptions.keys()
    assert (project.secrets, project.versions) == (left.secrets, left.versions)
    assert {} == left.functions == left.triggers == left.repositories
    assert not any(left.monitoring.values())
    assert [account(FOREIGN)] == list(left.accounts)
    granted = {role for on in left.policies.of if on != "project" for role in roles(left, on)}
    assert set() == granted
    assert account("csvgate-enrich") not in json.dumps(left.datasets)
    assert f"bucket {PROJECT}-uploads: data is kept unless --delete-data is given" in run.output


def permissions(story: Story, *runs: str) -> set[str]:
    requests = [request for name in runs for request in story.runs[name].requests]
    return {needed for request in requests if (needed := permission(request))}


def test_the_deployer_s_role_has_what_a_deploy_asks_for(story: Story) -> None:
    """And what `csvgate bootstrap` does instead, because the deployer must not be able to."""
    runs = ("without the secret", "killed unheard", "killed heard", "finished", "again", "changed")
    bootstrapped = {
        "iam.roles.create",
        "iam.serviceAccounts.create",
        "iam.serviceAccounts.setIamPolicy",
        "serviceusage.services.generateServiceIdentity",
    }
    needed = permissions(story, *runs)
    assert bootstrapped <= needed
    assert set() == needed - bootstrapped - {*DEPLOYS, *GRANT} - on_contracts(
        "create", "get", "list"
    )


def on_contracts(*verbs: str) -> set[str]:
    """What the accounts may do with objects: only in this bucket, by a condition."""
    return {f"storage.objects.{verb} on {PROJECT}-contracts" for verb in verbs}


def test_the_planner_s_role_has_what_a_plan_and_the_doctor_ask_for(story: Story) -> None:
    needed = permissions(story, "again", "doctor")
    assert {"storage.buckets.list", "run.services.getIamPolicy", "iam.roles.get"} <= needed
    assert set() == needed - set(READS) - on_contracts("get", "list")


def test_teardown_of_data_restores_the_original_project(story: Story) -> None:
    run, before = story.runs["teardown of data"], story.runs["before"].project
    assert 0 == run.code, run.output
    left = run.project
    for kind in ("accounts", "buckets", "topics", "subscriptions", "datasets", "secrets"):
        assert snapshot(before, kind) == snapshot(left, kind)
    for kind in ("functions", "triggers", "repositories", "services"):
        assert not snapshot(left, kind)
    google = {
        ("roles/pubsub.serviceAgent", AGENT.format("gcp-sa-pubsub")),
        ("roles/eventarc.serviceAgent", AGENT.format("gcp-sa-eventarc")),
        ("roles/pubsub.publisher", AGENT.format("gs-project-accounts")),
    }
    assert roles(before, "project") | google == roles(left, "project")


def snapshot(project: Project, kind: str) -> Any:
    return getattr(project, kind)
