"""Google's own service accounts in the project, which exist only once asked for."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, nothing
from csvgate_ops.deploy.plan.model import PROJECT_NUMBER, Command, Fields, Place, Resource, Step

DOMAINS = {
    "pubsub.googleapis.com": "gcp-sa-pubsub",
    "eventarc.googleapis.com": "gcp-sa-eventarc",
    "storage.googleapis.com": "gs-project-accounts",
}


def member(api: str) -> str:
    """As an IAM policy names it."""
    return f"serviceAccount:service-{PROJECT_NUMBER}@{DOMAINS[api]}.iam.gserviceaccount.com"


def create(place: Place, resource: Resource) -> list[Step]:
    api, project = resource.key.name, f"--project={place.project}"
    why = f"{api} has an account of its own in the project"
    if api == "storage.googleapis.com":
        return [Command(("gcloud", "storage", "service-agent", project), why)]
    argv = ("gcloud", "beta", "services", "identity", "create", f"--service={api}", project)
    return [Command(argv, why)]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    """Agents cannot be listed. Those of Pub/Sub and Eventarc are given a role on the project when
    they are made, Storage's is given one by us: whoever has a role exists."""
    policy = reader.read(("gcloud", "projects", "get-iam-policy", place.project))
    members = {
        m.partition("@")[2] for b in policy.get("bindings", ()) for m in b.get("members", ())
    }
    return {
        api: {} for api, domain in DOMAINS.items() if f"{domain}.iam.gserviceaccount.com" in members
    }


KIND = Kind("cloudresourcemanager.googleapis.com", create, nothing, observe)
