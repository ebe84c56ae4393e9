"""A project in which everything is ready for a deploy, and faults to introduce around it."""

from collections.abc import Callable
from typing import Any

from standin.project import Project
from standin.surroundings.mail import KEY
from standin.surroundings.organization import CUSTOMER

PROJECT = "example-csvgate-dev"
NUMBER = "123456789012"
REGION = "europe-west1"
CONNECTOR = f"projects/{PROJECT}/locations/{REGION}/connectors/csvgate"
APIS = (
    *("artifactregistry", "cloudbuild", "cloudfunctions", "cloudresourcemanager", "compute"),
    *("eventarc", "iam", "pubsub", "run", "secretmanager", "vpcaccess"),
)
AGENTS = {
    "roles/cloudfunctions.serviceAgent": "gcf-admin-robot",
    "roles/run.serviceAgent": "serverless-robot-prod",
    "roles/cloudbuild.serviceAgent": "gcp-sa-cloudbuild",
}
ENVIRONMENT = f"""\
project: {PROJECT}
region: {REGION}
bucket_location: EU
bigquery_location: EU
sender: orders@example.com
network: {{connector: csvgate, egress: all-traffic}}
functions:
  notify_stakeholders: {{environment: {{SENDGRID_HOST: "ADDRESS/sendgrid"}}}}
"""
"""An environment file; ADDRESS is the stand-in's."""
Policy = dict[str, Any]


def ready() -> Project:
    """Return a project that accepts a deploy, and in which only its APIs are enabled."""
    project = Project(PROJECT, NUMBER)
    project.apis |= {f"{name}.googleapis.com" for name in APIS}
    for role, domain in AGENTS.items():
        project.policies.add("project", role, f"serviceAccount:{project.agent(domain)}")
    project.secrets["sendgrid-api-key"] = {"name": f"projects/{NUMBER}/secrets/sendgrid-api-key"}
    version = {"name": "projects/1/secrets/sendgrid-api-key/versions/1", "state": "ENABLED"}
    project.versions["sendgrid-api-key"] = [version]
    around = project.surroundings
    around.secret_values["sendgrid-api-key"] = f"{KEY}\n"
    around.connectors[CONNECTOR] = {"network": "office"}
    network = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/office"
    gateway = {"region": REGION, "network": network, "nats": [{"name": "way-out"}]}
    around.routers = [{"name": "router", "region": REGION, "network": network}, gateway]
    around.org_policies["gcp.resourceLocations"] = _only("in:eu-locations", "global")
    around.org_policies["iam.allowedPolicyMemberDomains"] = _only(f"is:{CUSTOMER}")
    around.org_policies["run.allowedIngress"] = _only("is:internal")
    around.org_policies["iam.disableServiceAccountKeyCreation"] = _ON
    around.mail_senders = ["Orders@Example.com"]
    around.mail_key_is_full = True
    return project


def _only(*values: str) -> Policy:
    return {"listPolicy": {"allowedValues": list(values)}}


_ON: Policy = {"booleanPolicy": {"enforced": True}}
Change = Callable[[Project], object]


def _policy(constraint: str, policy: Policy) -> Change:
    return lambda project: project.surroundings.org_policies.update({constraint: policy})


def _lose_a_role(project: Project) -> None:
    bindings = project.policies.of["project"]["bindings"]
    bindings[:] = [b for b in bindings if b["role"] != "roles/cloudbuild.serviceAgent"]


POLICIES = "organization policies"
DENIED: Policy = {
    "listPolicy": {"deniedValues": ["is:pubsub.googleapis.com", "is:redis.googleapis.com"]}
}
FAULTS: tuple[tuple[Change, tuple[tuple[str, str], ...]], ...] = (
    (
        lambda p: setattr(p.surroundings, "billing", False),
        (("billing", "billing.disabled"),),
    ),
    (
        lambda p: p.surroundings.lacking.update({"iam.roles.create", "storage.buckets.create"}),
        (("permissions of this account", "permission.missing"),) * 2,
    ),
    (
        _policy("gcp.resourceLocations", _only("in:us-locations", "global")),
        ((POLICIES, "policy.location"),) * 3,
    ),
    (_policy("gcp.restrictNonCmekServices", DENIED), ((POLICIES, "policy.encryption"),)),
    (_policy("run.allowedIngress", _only("is:all")), ((POLICIES, "policy.ingress"),)),
    (
        _policy("run.allowedVPCEgress", _only("private-ranges-only")),
        ((POLICIES, "policy.egress"),),
    ),
    (
        _policy("cloudfunctions.restrictAllowedGenerations", _only("1stGen")),
        ((POLICIES, "policy.generation"),),
    ),
    (_policy("iam.disableServiceAccountCreation", _ON), ((POLICIES, "policy.account"),)),
    (
        _policy("storage.retentionPolicySeconds", _only("3600")),
        ((POLICIES, "policy.retention"),),
    ),
    (
        _policy("iam.allowedPolicyMemberDomains", _only("C09zzzzzz")),
        ((POLICIES, "policy.members"),),
    ),
    (
        lambda p: p.surroundings.quotas.update({"run.googleapis.com/cpu_allocation": 10_000}),
        (("CPU quota of Cloud Run in europe-west1", "quota.cpu"),) * 2,
    ),
    (
        lambda p: p.surroundings.quotas.update({"run.googleapis.com/mem_allocation": 50 * 2**30}),
        (("memory quota of Cloud Run in europe-west1", "quota.memory_shared"),),
    ),
    (
        lambda p: p.surroundings.foreign_buckets.add(f"{PROJECT}-ledger"),
        (("names of buckets", "bucket.taken"),),
    ),
    (
        lambda p: p.surroundings.routers.pop(),
        (("Cloud NAT of network office", "network.nat"),),
    ),
    (_lose_a_role, (("roles of Google's service agents", "agent.role"),)),
    (
        lambda p: p.surroundings.mail_senders.clear(),
        (("SendGrid sender orders@example.com", "sendgrid.sender"),),
    ),
)
"""Each change to the surroundings, and the subjects and codes of the faults that are found."""
