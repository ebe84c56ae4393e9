"""The answers of gcloud about a project that accepts a deploy, as the real gcloud printed them, and
`csvgate preflight` on them."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from csvgate_ops.deploy.doctor.model import Check
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.environment.overlay import overlay
from csvgate_ops.deploy.plan.desired import desired
from csvgate_ops.deploy.preflight.context import Request
from csvgate_ops.deploy.preflight.examine import Outcome, examine
from csvgate_ops.deploy.run.gcloud import Finished, GcloudMissing, JsonReader, Runner
from csvgate_ops.deploy.topology.model import Topology
from unit.deploy.plan.environments import ROOT, environment, topology, wanted

NUMBER = "123456789012"
PAYING = "billingAccounts/01A2B3-4C5D6E-7F8091"
"""The billing account that deploy/env/prod.yaml names."""
DISABLED = (
    "ERROR: (gcloud.x) PERMISSION_DENIED: Cloud API has not been used in project 123 before or it "
    "is disabled. reason: SERVICE_DISABLED"
)
FORBIDDEN = "ERROR: (gcloud.x) PERMISSION_DENIED: The caller does not have permission"
LOGGED_OUT = (
    "ERROR: (gcloud.x) You do not currently have an active account selected.\nPlease run:\n\n"
    "  $ gcloud auth login"
)
Answers = dict[str, Any]
"""Words that a command contains → what it prints, or the message with which it fails. The first
entry whose words are all in the command holds."""


def agent(domain: str) -> str:
    return f"serviceAccount:service-{NUMBER}@{domain}.iam.gserviceaccount.com"


def answers(project: str) -> Answers:
    network = f"https://www.googleapis.com/compute/v1/projects/{project}/global/networks/office"
    roles = {
        "roles/cloudfunctions.serviceAgent": agent("gcf-admin-robot"),
        "roles/run.serviceAgent": agent("serverless-robot-prod"),
        "roles/cloudbuild.serviceAgent": agent("gcp-sa-cloudbuild"),
        "roles/eventarc.serviceAgent": agent("gcp-sa-eventarc"),
    }
    apis = (
        *("cloudbuild", "cloudfunctions", "cloudresourcemanager", "compute", "eventarc", "iam"),
        *("pubsub", "run", "secretmanager", "serviceusage", "storage", "vpcaccess"),
    )
    return {
        "gcloud version": {
            "Google Cloud SDK": "528.0.0",
            "alpha": "1",
            "beta": "1",
            "bq": "2.1.18",
        },
        "config list": {"core": {"account": "ann@example.com", "project": "another"}},
        "gcloud projects describe": {
            "lifecycleState": "ACTIVE",
            "projectId": project,
            "projectNumber": NUMBER,
        },
        "services list": [{"name": f"projects/{NUMBER}/services/{a}.googleapis.com"} for a in apis],
        "billing projects": {"billingEnabled": True, "billingAccountName": PAYING},
        "billing accounts describe": {"name": PAYING, "currencyCode": "EUR", "open": True},
        "quota list": [
            quota("run.googleapis.com/cpu_allocation", 200_000),
            quota("run.googleapis.com/mem_allocation", 400 * 2**30),
        ],
        "buckets list": [],
        "buckets describe": "ERROR: (gcloud.storage.buckets.describe) HTTPError 404: not found.",
        "connectors describe": {"name": "csvgate", "state": "READY", "network": "office"},
        "routers list": [{"network": network, "nats": [{"name": "way-out"}]}],
        "get-iam-policy": {"bindings": [{"role": r, "members": [m]} for r, m in roles.items()]},
        "triggers list": [{"name": "a-trigger"}],
        "org-policies": {"listPolicy": {"allValues": "ALLOW"}},
        "get-ancestors": [
            {"id": project, "type": "project"},
            {"id": "987", "type": "organization"},
        ],
        "organizations describe": {"owner": {"directoryCustomerId": "C01abcdef"}},
        "service-accounts list": [],
        "roles describe": "ERROR: (gcloud.iam.roles.describe) NOT_FOUND: The role was not found.",
        "secrets describe": "ERROR: (gcloud.secrets.describe) NOT_FOUND: Secret not found.",
    }


def quota(metric: str, limit: int, region: str = "europe-west1") -> dict[str, Any]:
    buckets = [
        {"effectiveLimit": "1000", "defaultLimit": "1000"},
        {"effectiveLimit": str(limit), "dimensions": {"region": region}},
    ]
    limits = [{"metric": metric, "unit": "1/{project}/{region}", "quotaBuckets": buckets}]
    return {"metric": metric, "consumerQuotaLimits": limits}


@dataclass
class Recorded:
    """Runs nothing: prints recorded answers. A string is the message of a failure."""

    answers: Answers
    asked: list[str] = field(default_factory=list)

    def __call__(self, argv: Sequence[str]) -> Finished:
        command = " ".join(argv)
        self.asked.append(command)
        for words, answer in self.answers.items():
            if words in command:
                if isinstance(answer, str):
                    return Finished(1, "", answer)
                return Finished(0, json.dumps(answer), "")
        raise AssertionError(f"no recorded answer for {command}")


class NoGcloud:
    def __call__(self, argv: Sequence[str]) -> Finished:
        raise GcloudMissing(f"{argv[0]} is not on the PATH: install the Google Cloud CLI")


def all_of(permissions: Collection[str]) -> frozenset[str]:
    return frozenset(permissions)


def request(
    run: Runner,
    name: str = "prod",
    settings: Environment | None = None,
    granted: Callable[[Collection[str]], frozenset[str]] = all_of,
    parts: Topology | None = None,
    **options: Any,
) -> Request:
    chosen, own = settings or environment(name), settings is None and parts is None
    digests, parts = dict.fromkeys(topology().functions, ""), parts or topology(name)
    monitoring = ROOT / "deploy" / "monitoring"
    return Request(
        environment=name,
        settings=chosen,
        topology=overlay(parts, chosen),
        desired=wanted(name) if own else desired(parts, chosen, digests, monitoring),
        reader=JsonReader(run),
        granted=granted,
        **options,
    )


def preflight(
    changed: Mapping[str, Any] | None = None, name: str = "prod", **options: Any
) -> Outcome:
    """Run the checks on an environment of the repository. The changed answers come first."""
    known = answers(environment(name).project)
    run = Recorded(
        {**(changed or {}), **{k: v for k, v in known.items() if k not in (changed or {})}}
    )
    return examine(request(run, name, **options))


def faults(outcome: Outcome) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(f.code, f.description, f.fix) for c in outcome.checks for f in c.faults]


def check(outcome: Outcome, subject: str) -> Check:
    (found,) = [c for c in outcome.checks if c.subject == subject]
    return found
