"""Secret Manager."""

import base64
from typing import Any

from standin.paging import page
from standin.project import Project
from standin.refusal import exists, invalid, not_found
from standin.service import Answer, Request, Service
from standin.shapes import MapOf, Needed, Text, check, masked

SECRET = {
    "name": str,
    "labels": MapOf(str),
    "annotations": dict,
    "replication": {"automatic": {}, "userManaged": {"replicas": [{"location": Needed(str)}]}},
}


class SecretManager(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "secretmanager", "secretmanager.googleapis.com")
        base = r"v1/projects/(?P<project>[^/]+)/secrets"
        one = base + r"/(?P<name>[^/:]+)"
        self.routes = [
            ("GET", base, self.list),
            ("POST", base, self.create),
            ("GET", one, self.get),
            ("PATCH", one, self.patch),
            ("DELETE", one, self.delete),
            ("POST", one + ":addVersion", self.add),
            ("GET", one + "/versions", self.versions),
            ("GET", one + r"/versions/(?P<version>[^/:]+)", self.version),
            ("GET", one + r"/versions/(?P<version>[^/:]+):access", self.access),
            ("GET", one + ":getIamPolicy", self.policy),
            ("POST", one + ":setIamPolicy", self.grant),
        ]

    def list(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        request.only("filter")
        return page(request, "secrets", self.project.secrets.values())

    def create(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        name = request.only("secretId")["secretId"]
        check(name, Text(r"[A-Za-z0-9_-]{1,255}"))
        check(request.body, {**SECRET, "replication": Needed(SECRET["replication"])})
        if name in self.project.secrets:
            raise exists(name)
        path = f"projects/{self.project.number}/secrets/{name}"
        self.project.secrets[name] = {**request.body, "name": path}
        self.project.versions[name] = []
        return self.project.secrets[name]

    def get(self, _request: Request, project: str, name: str) -> Answer:
        return self._there(project, name)

    def patch(self, request: Request, project: str, name: str) -> Answer:
        there = self._there(project, name)
        mask = request.only("updateMask")["updateMask"]
        check(request.body, {**SECRET, "etag": str, "createTime": str, "versionAliases": dict})
        if mask != "labels":
            raise invalid(f"the stand-in does not change {mask}")
        masked(there, request.body, mask)
        return there

    def delete(self, request: Request, project: str, name: str) -> Answer:
        request.only("etag")
        self._there(project, name)
        del self.project.secrets[name], self.project.versions[name]
        self.project.policies.drop(f"secrets/{name}")
        return {}

    def add(self, request: Request, project: str, name: str) -> Answer:
        there = self._there(project, name)
        payload = {"data": Needed(str), "dataCrc32c": str}
        check(request.body, {"payload": Needed(payload)})
        versions = self.project.versions[name]
        made = {
            "name": f"{there['name']}/versions/{len(versions) + 1}",
            "state": "ENABLED",
            "clientSpecifiedPayloadChecksum": "dataCrc32c" in request.body["payload"],
        }
        versions.append(made)
        return made

    def versions(self, request: Request, project: str, name: str) -> Answer:
        request.only("filter")
        self._there(project, name)
        return page(request, "versions", self.project.versions[name][::-1])

    def version(self, _request: Request, project: str, name: str, version: str) -> Answer:
        self._there(project, name)
        return self.found(name, version)

    def access(self, request: Request, project: str, name: str, version: str) -> Answer:
        there = self.version(request, project, name, version)
        value = self.project.surroundings.secret_values[name]
        data = base64.b64encode(value.encode()).decode()
        return {"name": there["name"], "payload": {"data": data}}

    def found(self, name: str, version: str) -> dict[str, Any]:
        versions = self.project.versions[name]
        if version == "latest" and versions:
            return versions[-1]
        wanted = [v for v in versions if v["name"].endswith(f"/versions/{version}")]
        if not wanted:
            raise not_found(f"{name}/versions/{version}")
        return wanted[0]

    def usable(self, name: str, version: str, account: str) -> None:
        """Check access as Cloud Run does when it creates a revision."""
        if name not in self.project.secrets:
            raise not_found(name)
        if self.found(name, version)["state"] != "ENABLED":
            raise invalid(f"{name}/versions/{version} is not enabled")
        role, member = "roles/secretmanager.secretAccessor", f"serviceAccount:{account}"
        if not self.project.policies.has(f"secrets/{name}", role, member):
            raise invalid(
                f"Permission denied on secret: {name} for Revision service account {account}"
            )

    def policy(self, request: Request, project: str, name: str) -> Answer:
        self._there(project, name)
        request.only("options.requestedPolicyVersion")
        return self.project.policies.get(f"secrets/{name}")

    def grant(self, request: Request, project: str, name: str) -> Answer:
        self._there(project, name)
        check(request.body, {"policy": Needed(dict), "updateMask": str})
        return self.project.policies.set(f"secrets/{name}", request.body["policy"])

    def _there(self, project: str, name: str) -> dict[str, Any]:
        self.project.own(project)
        if name not in self.project.secrets:
            raise not_found(name)
        return self.project.secrets[name]
