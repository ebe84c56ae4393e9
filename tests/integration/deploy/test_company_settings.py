"""The settings that a company asks for, with the real gcloud and bq against a stand-in.

One resource of each kind is created with all of them; then somebody changes each setting, the
doctor sees every change, and the plan that follows sets everything right. The plans themselves are
tested without gcloud in tests/unit/deploy/plan/test_company_settings.py.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from csvgate_ops.deploy.doctor.diagnose import diagnose
from csvgate_ops.deploy.doctor.gather import gather
from csvgate_ops.deploy.kinds import iap_service
from csvgate_ops.deploy.plan import console
from csvgate_ops.deploy.plan.model import Binding, Desired, Key, Observed, Resource, Section
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.run.execute import Execution
from csvgate_ops.deploy.run.gcloud import JsonReader, Subprocesses
from standin import sdk
from standin.project import Project
from standin.run import EGRESS, INTERFACES
from standin.server import StandIn, serving
from standin.warm import warmed
from unit.deploy.plan.environments import COMPANY, wanted

pytestmark = pytest.mark.skipif(sdk.missing() is not None, reason=str(sdk.missing()))

DESIRED = wanted(COMPANY)
LABELS = {"büro": "köln", "cost-centre": "4711", "team": "data-platform"}
KEYS = "projects/acme-keys/locations/{}/keyRings/csvgate/cryptoKeys/{}"
DATA, MESSAGES = KEYS.format("europe", "data"), KEYS.format("europe-west3", "messages")
CODE = KEYS.format("europe-west3", "code")
BUCKET, TOPIC, DEAD = "acme-sales-uploads", "acme-sales-validated", "acme-sales-enrich-dead"
FRESH = {
    "gs-project-accounts": "POST storage/b 403",
    "gcp-sa-pubsub": "PUT pubsub/v1/projects/example-csvgate-dev/topics/{} 403",
    "gcp-sa-artifactregistry": "POST artifactregistry/v1/{}/repositories 403",
    "gcf-admin-robot": "POST cloudfunctions/v2/{}/functions 403",
}
"""Agents whose role on a key spreads slowly, and the request that is refused for it."""
CHOSEN = {
    *(Key("agent", f"{api}.googleapis.com") for api in ("bigquery", "cloudfunctions", "run")),
    *(Key("kms-key", path) for path in (DATA, MESSAGES, CODE)),
    Key("secret", "sendgrid-api-key"),
    Key("repository", "csvgate"),
    Key("bucket", BUCKET),
    *(Key("topic", name) for name in (TOPIC, DEAD)),
    Key("subscription", f"{DEAD}-review"),
    Key("dataset", "sales"),
    Key("function", "enrich-records"),
    Key("trigger", "enrich-records"),
    Key("agent", "iap.googleapis.com"),
    *(console.KEY, console.PROXY),
}
"""One resource of each kind that a company setting concerns."""


def chosen(item: Resource | Binding) -> bool:
    if isinstance(item, Resource):
        return item.key in CHOSEN
    return item.on.kind in ("kms-key", "iap-service") or item.on == console.KEY


def only_chosen() -> Desired:
    sections = (Section(s.title, tuple(filter(chosen, s.items))) for s in DESIRED.sections)
    only = replace(DESIRED, sections=tuple(sections), contracts=())
    return replace(only, members=frozenset(), monitoring=None)


def prepared() -> Project:
    """A project that has everything else, and keys in another project."""
    project = Project()
    project.region = DESIRED.place.region
    project.apis |= {r.key.name for r in DESIRED.resources if r.key.kind == "api"}
    project.keys = dict.fromkeys((DATA, MESSAGES, CODE), "ENABLED")
    project.fresh_on_keys = set(FRESH)
    for name in ("csvgate-enrich", "csvgate-build", "csvgate-triggers", "csvgate-console"):
        email = DESIRED.place.email(name)
        project.accounts[email] = {"name": email, "email": email}
    for domain, role in (
        ("gcp-sa-pubsub", "roles/pubsub.serviceAgent"),
        ("gcp-sa-eventarc", "roles/eventarc.serviceAgent"),
        ("gs-project-accounts", "roles/pubsub.publisher"),
        ("gcp-sa-artifactregistry", "roles/artifactregistry.serviceAgent"),
    ):
        project.agents.add(project.agent(domain))
        project.policies.add("project", role, f"serviceAccount:{project.agent(domain)}")
    triggers = f"serviceAccount:{DESIRED.place.email('csvgate-triggers')}"
    project.policies.add("project", "roles/eventarc.eventReceiver", triggers)
    return project


@dataclass
class Story:
    stand_in: StandIn
    run: Subprocesses
    folder: Path
    created: Project
    """The project after the first plan."""

    def apply(self, desired: Desired, observed: Observed) -> list[str]:
        """Run the plan, and return the recorded changes."""
        before = len(self.stand_in.changes())
        execution = Execution(self.run, self.folder, lambda _line: None, lambda _seconds: None)
        execution.all_of(plan(desired, observed))
        return self.stand_in.changes()[before:]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("company")
    for name in ("enrich_records", "operators_console"):
        staged = folder / "build" / name
        staged.mkdir(parents=True)
        for file in ("main.py", "requirements.txt"):
            (staged / file).touch()
    with (
        serving(prepared()) as stand_in,
        warmed(sdk.root(), sdk.environment(stand_in.address, folder)) as environment,
    ):
        found = Story(stand_in, Subprocesses(folder, environment), folder, stand_in.project)
        found.apply(only_chosen(), Observed())
        found.created = copy.deepcopy(stand_in.project)
        yield found


def settings(project: Project) -> dict[str, Any]:
    """Return what the services hold of each company setting."""
    where = f"projects/{project.name}/locations/{project.region}"
    function, service = project.functions["enrich-records"], f"{where}/services/enrich-records"
    repository = project.repositories[f"{where}/repositories/csvgate"]
    secret, dataset = project.secrets["sendgrid-api-key"], project.datasets["sales"]
    topic, bucket = project.topics[TOPIC], project.buckets[BUCKET]
    labelled = {
        "bucket": bucket,
        "topic": topic,
        "subscription": project.subscriptions[f"{DEAD}-review"],
        "dataset": dataset,
        "secret": secret,
        "repository": repository,
        "trigger": project.triggers[f"{where}/triggers/enrich-records"],
    }
    own = {k: v for k, v in function["labels"].items() if k in LABELS}
    return {
        **{f"labels of {kind}": item["labels"] for kind, item in labelled.items()},
        "labels of function": own,
        "key of bucket": bucket["encryption"]["defaultKmsKeyName"],
        "key of topic": topic["kmsKeyName"],
        "key of dataset": dataset["defaultEncryptionConfiguration"]["kmsKeyName"],
        "key of repository": repository["kmsKeyName"],
        "key of function": function["kmsKeyName"],
        "regions": sorted(topic["messageStoragePolicy"]["allowedPersistenceRegions"]),
        "replicas": [r["location"] for r in secret["replication"]["userManaged"]["replicas"]],
        "network": project.interfaces[service],
        "network of the console": project.interfaces[console_service(project)],
        "behind Identity-Aware Proxy": project.proxied,
    }


def console_service(project: Project) -> str:
    return f"projects/{project.name}/locations/{project.region}/services/{console.SERVICE}"


def signing_in(project: Project) -> dict[str, list[str]]:
    """Return by role who may pass the proxy."""
    policy = project.policies.get(f"iap/{project.region}/{console.SERVICE}")
    return {binding["role"]: sorted(binding["members"]) for binding in policy["bindings"]}


NETWORK = {
    INTERFACES: '[{"network": "projects/acme-net/global/networks/prod", "subnetwork": '
    '"projects/acme-net/regions/europe-west3/subnetworks/csvgate", "tags": ["csvgate", '
    '"to-sendgrid"]}]',
    EGRESS: "all-traffic",
}
EXPECTED = {
    **{
        f"labels of {kind}": LABELS
        for kind in ("bucket", "topic", "subscription", "dataset", "secret", "repository")
    },
    **{f"labels of {kind}": LABELS for kind in ("trigger", "function")},
    "key of bucket": DATA,
    "key of topic": MESSAGES,
    "key of dataset": DATA,
    "key of repository": CODE,
    "key of function": CODE,
    "regions": ["europe-west3", "europe-west4"],
    "replicas": ["europe-west3", "europe-west4"],
    "network": NETWORK,
    "network of the console": NETWORK,
    "behind Identity-Aware Proxy": {
        "projects/example-csvgate-dev/locations/europe-west3/services/operators-console"
    },
}
MEMBERS = ["group:csvgate-operators@acme.example", "user:ada@acme.example"]


def test_resources_are_created_with_the_settings(story: Story) -> None:
    assert EXPECTED == settings(story.created)
    where = f"projects/{story.created.name}/locations/{story.created.region}"
    names = {"gcp-sa-pubsub": TOPIC}
    expected = [text.format(names.get(domain, where)) for domain, text in FRESH.items()]
    assert sorted(expected) == sorted(story.stand_in.refused())


def test_members_may_sign_in_and_only_the_proxy_may_call_the_console(story: Story) -> None:
    project = story.created
    assert {iap_service.ACCESSOR: MEMBERS} == signing_in(project)
    agent = f"serviceAccount:{project.agent('gcp-sa-iap')}"
    callers = project.policies.get(console_service(project))["bindings"]
    assert [{"role": console.CALL, "members": [agent]}] == callers


def test_agents_may_use_the_keys(story: Story) -> None:
    project = story.created
    agent = f"serviceAccount:service-{project.number}@{{}}.iam.gserviceaccount.com"
    bigquery = f"serviceAccount:bq-{project.number}@bigquery-encryption.iam.gserviceaccount.com"
    of_code = (
        *("gcf-admin-robot", "gcp-sa-artifactregistry", "gcp-sa-eventarc"),
        *("gs-project-accounts", "serverless-robot-prod"),
    )
    held = {
        key: sorted(
            m for b in project.policies.get(f"keys/{key}")["bindings"] for m in b["members"]
        )
        for key in (DATA, MESSAGES, CODE)
    }
    assert {
        DATA: sorted([bigquery, agent.format("gs-project-accounts")]),
        MESSAGES: [agent.format("gcp-sa-pubsub")],
        CODE: [agent.format(name) for name in of_code],
    } == held


def drift(project: Project) -> None:
    """Change each setting as somebody could in the console."""
    where = f"projects/{project.name}/locations/{project.region}"
    other = {"team": "web"}
    for item in (
        project.buckets[BUCKET],
        project.topics[TOPIC],
        project.subscriptions[f"{DEAD}-review"],
        project.datasets["sales"],
        project.secrets["sendgrid-api-key"],
        project.repositories[f"{where}/repositories/csvgate"],
        project.triggers[f"{where}/triggers/enrich-records"],
    ):
        item["labels"] = dict(other)
    function = project.functions["enrich-records"]
    function["labels"] = {"csvgate-source": "0" * 40, "goog-owner": "google", **other}
    del project.buckets[BUCKET]["encryption"], function["kmsKeyName"]
    del project.datasets["sales"]["defaultEncryptionConfiguration"]
    project.topics[TOPIC]["kmsKeyName"] = DATA
    project.topics[TOPIC]["messageStoragePolicy"]["allowedPersistenceRegions"] = ["us-east1"]
    project.interfaces.clear()
    project.proxied.clear()
    policy = project.policies.get(f"iap/{project.region}/{console.SERVICE}")
    policy["bindings"][0]["members"] = ["user:ada@acme.example", "user:bob@acme.example"]
    project.policies.set(f"iap/{project.region}/{console.SERVICE}", policy)


def test_what_somebody_changes_is_drift_and_is_set_right(story: Story) -> None:
    drift(story.stand_in.project)
    desired = only_chosen()
    facts = gather(COMPANY, desired, (), JsonReader(story.run))
    codes = [fault.code for check in diagnose(facts) for fault in check.faults]
    assert sorted(
        [
            *(f"{kind}.labels" for kind in ("bucket", "dataset", "function", "repository")),
            *(f"{kind}.labels" for kind in ("secret", "subscription", "topic", "trigger")),
            *(f"{kind}.kms_key" for kind in ("bucket", "dataset", "function", "topic")),
            "topic.storage_regions",
            *(f"function.{field}" for field in ("subnet", "network", "tags", "egress")),
            *(f"function.{field}" for field in ("subnet", "network", "tags", "egress")),
            *("function.iap", "role.missing", "console.access"),
        ]
    ) == sorted(codes)
    changes = story.apply(desired, facts.observed)
    assert EXPECTED == settings(story.stand_in.project)
    assert {iap_service.ACCESSOR: MEMBERS} == signing_in(story.stand_in.project)
    assert {200} == {int(change[-3:]) for change in changes}
    assert 10 == len(changes), changes
