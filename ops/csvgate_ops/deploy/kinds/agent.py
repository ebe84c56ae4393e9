"""Google's own service accounts in the project, which only exist once somebody asks for them."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.kind import Kind, Missing, Names, Reader
from csvgate_ops.deploy.plan.model import PROJECT_NUMBER, Command, Fields, Place, Resource, Step

DOMAINS = {
    "pubsub.googleapis.com": "gcp-sa-pubsub",
    "eventarc.googleapis.com": "gcp-sa-eventarc",
    "storage.googleapis.com": "gs-project-accounts",
}


def member(api: str) -> str:
    """Return the agent's name in an IAM policy."""
    return f"serviceAccount:service-{PROJECT_NUMBER}@{DOMAINS[api]}.iam.gserviceaccount.com"


def create(place: Place, resource: Resource) -> list[Step]:
    api, project = resource.key.name, f"--project={place.project}"
    why = f"create the service agent of {api}"
    if api == "storage.googleapis.com":
        return [Command(("gcloud", "storage", "service-agent", project), why)]
    argv = ("gcloud", "beta", "services", "identity", "create", f"--service={api}", project)
    return [Command(argv, why)]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    """Return the agents that have a role on the project, because agents cannot be listed. Google
    gives the agents of Pub/Sub and Eventarc a role when it creates them; deploy gives one to the
    agent of Storage."""
    policy = reader.read(("gcloud", "projects", "get-iam-policy", place.project))
    members = {
        m.partition("@")[2] for b in policy.get("bindings", ()) for m in b.get("members", ())
    }
    return {
        api: {} for api, domain in DOMAINS.items() if f"{domain}.iam.gserviceaccount.com" in members
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
