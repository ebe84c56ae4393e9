"""Google's own service accounts in the project, which only exist once somebody asks for them."""

from collections.abc import Mapping
from typing import Final

from csvgate_ops.deploy.kinds import api, dataset, kms_key
from csvgate_ops.deploy.kinds.kind import Kind, Missing, Names, Reader
from csvgate_ops.deploy.plan.model import PROJECT_NUMBER, Command, Fields, Place, Resource, Step

DOMAINS = {
    "pubsub.googleapis.com": "gcp-sa-pubsub",
    "eventarc.googleapis.com": "gcp-sa-eventarc",
    "storage.googleapis.com": "gs-project-accounts",
}
_BIGQUERY: Final = "bigquery.googleapis.com"
DOMAINS_FOR_KEYS: Final = {
    "artifactregistry.googleapis.com": "gcp-sa-artifactregistry",
    "cloudfunctions.googleapis.com": "gcf-admin-robot",
    "run.googleapis.com": "serverless-robot-prod",
    _BIGQUERY: "bigquery-encryption",
}
"""Agents that are only needed to encrypt with a key of the environment."""
IAP: Final = "iap.googleapis.com"
"""Identity-Aware Proxy calls the console, if people sign in there."""
_EVERY = {**DOMAINS, **DOMAINS_FOR_KEYS, IAP: "gcp-sa-iap"}


def member(service: str) -> str:
    """Return the agent's name in an IAM policy."""
    prefix = "bq" if service == _BIGQUERY else "service"
    return f"serviceAccount:{prefix}-{PROJECT_NUMBER}@{_EVERY[service]}.iam.gserviceaccount.com"


def create(place: Place, resource: Resource) -> list[Step]:
    service, project = resource.key.name, f"--project={place.project}"
    why = f"create the service agent of {service}"
    if service == _BIGQUERY:  # asking for its name creates it
        return [Command((*dataset.bq(place), "show", "--encryption_service_account"), why)]
    if service == "storage.googleapis.com":
        return [Command(("gcloud", "storage", "service-agent", project), why)]
    argv = ("gcloud", "beta", "services", "identity", "create", f"--service={service}", project)
    return [Command(argv, why)]


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    """Return the agents that have a role on the project, because agents cannot be listed. Google
    gives most agents a role when it creates them, and deploy gives one to the agent of Storage. The
    agent with which BigQuery encrypts has a role on the key of the datasets only."""
    policies = [reader.read(("gcloud", "projects", "get-iam-policy", place.project))]
    if _BIGQUERY in names and kms_key.API in api.observe(place, reader, ()):
        policies += filter(None, [reader.find(kms_key.policy(place, place.dataset_key))])
    members = {
        m.partition("@")[2]
        for policy in policies
        for b in policy.get("bindings", ())
        for m in b.get("members", ())
    }
    return {
        name: {}
        for name, domain in _EVERY.items()
        if f"{domain}.iam.gserviceaccount.com" in members
    }


KIND = Kind(
    name="agent",
    noun="service agent",
    heading="Service agents",
    api="cloudresourcemanager.googleapis.com",
    create=create,
    observe=observe,
    fields={},
    missing=Missing("the roles that it needs cannot be granted"),
    iam=None,
    removal=None,
    checked_together="Google's service agents",
)
