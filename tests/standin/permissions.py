"""The IAM permission that a recorded request needs, as the services' references document it.

Most follow from the request: service, collection and verb. The others are in tables.
"""

import re

from standin.service import Request

_VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
_COLLECTIONS = {
    ("cloudresourcemanager", "projects"): "resourcemanager.projects",
    ("iap", "services"): "iap.webServices",
    ("logging", "metrics"): "logging.logMetrics",
    ("storage", "b"): "storage.buckets",
}
_VERSION = re.compile(r"v[0-9](beta[0-9])?/")
_PARENTS = re.compile(r"projects/[^/]+/(locations/[^/]+/)?(?=[a-zA-Z])")
_OTHERS = (
    # (service, method, path), permission; "" if none is needed
    ("bigquery", "POST", r"projects/[^/]+/jobs", "bigquery.jobs.create"),
    # A job may be read by the account that started it.
    ("bigquery", "GET", r"projects/[^/]+/(jobs|queries)/.*", ""),
    ("cloudbuild", "GET", r".*/defaultServiceAccount", "cloudbuild.builds.get"),
    (
        "cloudfunctions",
        "POST",
        r".*functions:generateUploadUrl",
        "cloudfunctions.functions.sourceCodeSet",
    ),
    ("cloudfunctions", "PUT", r"uploads/.*", ""),  # the address is signed
    ("cloudscheduler", "POST", r".*:resume", "cloudscheduler.jobs.enable"),
    (
        "artifactregistry",
        "GET",
        r"projects/[^/]+/locations/[^/]+",
        "artifactregistry.locations.get",
    ),
    # Google does not document a permission of its own for this.
    ("artifactregistry", "GET", r".*/operations/.*", ""),
    ("iam", "POST", r"permissions:queryTestablePermissions", ""),
    ("pubsub", "PUT", r"projects/[^/]+/topics/[^/:]+", "pubsub.topics.create"),
    ("pubsub", "PUT", r"projects/[^/]+/subscriptions/[^/:]+", "pubsub.subscriptions.create"),
    ("serviceusage", "POST", r".*services:batchEnable", "serviceusage.services.enable"),
    ("serviceusage", "GET", r"operations/.*", ""),
    ("storage", "GET", r"b/[^/]+/iam", "storage.buckets.getIamPolicy"),
    ("storage", "PUT", r"b/[^/]+/iam", "storage.buckets.setIamPolicy"),
    ("storage", "GET", r"projects/[^/]+/serviceAccount", "resourcemanager.projects.get"),
)


_OBJECTS = re.compile(r"(storage/v1/)?b/([^/]+)/o(/.+)?")


def permission(request: Request) -> str:
    """Return the permission, or "" if none is needed. For objects, it also says the bucket."""
    if request.service in ("storage", "upload") and (at := _OBJECTS.fullmatch(request.path)):
        reads = "get" if at[3] else "list"
        return f"storage.objects.{reads if request.method == 'GET' else 'create'} on {at[2]}"
    path = request.path.removeprefix("bigquery/")
    path = _VERSION.sub("", path, count=1)
    for service, method, pattern, needed in _OTHERS:
        if (service, method) == (request.service, request.method) and re.fullmatch(pattern, path):
            return needed
    path, _, action = path.partition(":")
    steps = _PARENTS.sub("", path).split("/")
    if path.startswith("projects/") and "/" not in path.removeprefix("projects/"):
        steps = path.split("/")  # the project itself
    *_, collection = steps[::2]
    verb = action or _VERBS[request.method]
    if not action and request.method == "GET" and len(steps) % 2:
        verb = "list"
    kind = _COLLECTIONS.get((request.service, collection), f"{request.service}.{collection}")
    return f"{kind}.{verb}"
