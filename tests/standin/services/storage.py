"""Cloud Storage: buckets."""

from typing import Any

from standin.paging import page
from standin.project import Project
from standin.refusal import Refusal, exists, invalid, not_found
from standin.service import Answer, Request, Service
from standin.services.kms import STORAGE_DENIED, need_key
from standin.services.objects import Objects
from standin.shapes import Needed, Text, Whole, check

RULE = {
    "action": Needed({"type": Needed(Text("Delete"))}),
    "condition": Needed(
        {
            "age": Whole(0, 10**6),
            "daysSinceNoncurrentTime": Whole(0, 10**6),
            "matchesPrefix": [str],
        }
    ),
}
BUCKET = {
    "name": str,
    "location": str,
    "storageClass": str,
    "iamConfiguration": {
        "uniformBucketLevelAccess": {"enabled": bool},
        "publicAccessPrevention": Text("enforced|inherited"),
    },
    "versioning": {"enabled": bool},
    "softDeletePolicy": {"retentionDurationSeconds": Whole(0, 90 * 86400, as_text=True)},
    "retentionPolicy": {"retentionPeriod": Whole(0, 100 * 365 * 86400, as_text=True)},
    "lifecycle": {"rule": [RULE]},
    "labels": dict,
    "encryption": {"defaultKmsKeyName": str},
}
READ_BACK = dict.fromkeys(("kind", "id", "metageneration", "timeCreated", "updated"), str)
"""What a client that changes labels sends back as it has read it."""
WEEK = str(7 * 86400)


class Storage(Service):
    def __init__(self, project: Project, objects: Objects) -> None:
        super().__init__(project, "storage", "storage.googleapis.com")
        bucket = r"b/(?P<name>[^/]+)"
        self.routes = [
            ("GET", "b", self.list),
            ("POST", "b", self.create),
            ("GET", bucket, self.get),
            ("PATCH", bucket, self.patch),
            ("DELETE", bucket, self.delete),
            ("GET", bucket + "/storageLayout", self.layout),
            ("GET", bucket + "/managedFolders", self.folders),
            ("GET", bucket + "/o", objects.list),
            ("GET", bucket + "/o/(?P<key>.+)", objects.get),
            ("DELETE", bucket + "/o/(?P<key>.+)", objects.delete),
            ("GET", bucket + "/iam", self.policy),
            ("PUT", bucket + "/iam", self.grant),
            ("GET", r"projects/(?P<project>[^/]+)/serviceAccount", self.agent),
        ]

    def list(self, request: Request) -> Answer:
        self.project.own(request.only("project", "projection", "fields", "prefix")["project"])
        return page(request, "items", self.project.buckets.values())

    def create(self, request: Request) -> Answer:
        self.project.own(request.only("project", "enableObjectRetention", "projection")["project"])
        check(request.body, {**BUCKET, "name": Needed(Text(r"[a-z0-9][-a-z0-9_.]{1,61}[a-z0-9]"))})
        name = request.body["name"]
        self._hold(request.body)
        if name in self.project.buckets:
            raise exists(name)
        made = {
            "kind": "storage#bucket",
            "id": name,
            "softDeletePolicy": {"retentionDurationSeconds": WEEK},
            "metageneration": "1",
            "timeCreated": "2026-11-25T10:00:00.000Z",
            "updated": "2026-11-25T10:00:00.000Z",
            "storageClass": "STANDARD",
            **request.body,
            "location": request.body.get("location", "US").upper(),
        }
        self.project.buckets[name] = made
        return made

    def get(self, request: Request, name: str) -> Answer:
        request.only("projection", "fields", "softDeleted", "generation")
        return self._there(name)

    def patch(self, request: Request, name: str) -> Answer:
        request.only("projection", "ifMetagenerationMatch", "fields")
        there = self._there(name)
        nullable = {key: value for key, value in request.body.items() if value is not None}
        check(nullable, {**BUCKET, **READ_BACK})
        self._hold(nullable)
        if nullable.get("location", there["location"]).upper() != there["location"]:
            raise invalid("A bucket's location cannot be changed")
        _merge(there, request.body)
        return there

    def delete(self, _request: Request, name: str) -> Answer:
        self._there(name)
        del self.project.buckets[name]
        self.project.policies.drop(f"buckets/{name}")
        return {}

    def layout(self, _request: Request, name: str) -> Answer:
        there = self._there(name)
        return {
            "kind": "storage#storageLayout",
            "bucket": name,
            "location": there["location"],
            "locationType": "region",
        }

    def folders(self, _request: Request, name: str) -> Answer:
        self._there(name)
        return {"kind": "storage#managedFolders", "items": []}

    def policy(self, request: Request, name: str) -> Answer:
        self._there(name)
        request.only("optionsRequestedPolicyVersion", "userProject", "fields")
        return self.project.policies.get(f"buckets/{name}")

    def grant(self, request: Request, name: str) -> Answer:
        self._there(name)
        request.only("userProject", "fields")
        return self.project.policies.set(f"buckets/{name}", request.body)

    def agent(self, request: Request, project: str) -> Answer:
        """Return the agent; asking for it creates it."""
        self.project.own(project)
        email = self.project.agent("gs-project-accounts")
        self.project.agents.add(email)
        return {"kind": "storage#serviceAccount", "email_address": email}

    def _hold(self, bucket: dict[str, Any]) -> None:
        if key := bucket.get("encryption", {}).get("defaultKmsKeyName"):
            need_key(self.project, key, "gs-project-accounts", STORAGE_DENIED)

    def _there(self, name: str) -> dict[str, Any]:
        if name in self.project.surroundings.foreign_buckets:
            raise Refusal(
                403,
                "ann@example.com does not have storage.buckets.get access to the Google Cloud "
                "Storage bucket. Permission 'storage.buckets.get' denied on resource (or it may "
                "not exist).",
            )
        if name not in self.project.buckets:
            raise not_found(name)
        return self.project.buckets[name]


def _merge(there: dict[str, Any], changes: dict[str, Any]) -> None:
    """Apply a JSON merge patch: null removes a field."""
    for key, value in changes.items():
        if value is None:
            there.pop(key, None)
        elif isinstance(value, dict) and isinstance(there.get(key), dict) and key != "lifecycle":
            _merge(there[key], value)
        else:
            there[key] = value
