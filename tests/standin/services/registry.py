"""Artifact Registry: repositories."""

from standin.paging import page
from standin.project import Project
from standin.refusal import exists, invalid, not_found
from standin.service import Answer, Request, Service
from standin.services.kms import need_key
from standin.shapes import MapOf, Needed, Text, check, masked

REPOSITORY = {
    "name": str,
    "mode": str,
    "format": Needed(Text("DOCKER")),
    "description": str,
    "labels": MapOf(str),
    "kmsKeyName": str,
}


class ArtifactRegistry(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "artifactregistry", "artifactregistry.googleapis.com")
        where = r"v1/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)"
        one = where + r"/repositories/(?P<name>[^/:]+)"
        self.routes = [
            ("GET", where, self.location),
            ("GET", where + "/repositories", self.list),
            ("POST", where + "/repositories", self.create),
            ("GET", one, self.get),
            ("PATCH", one, self.patch),
            ("DELETE", one, self.delete),
            ("GET", where + r"/operations/(?P<operation>.+)", self.polled),
            ("GET", one + ":getIamPolicy", self.policy),
            ("POST", one + ":setIamPolicy", self.grant),
        ]

    def location(self, _request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        return {"name": f"projects/{project}/locations/{location}", "locationId": location}

    def list(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        request.only("orderBy", "filter")
        where = f"/locations/{location}/"
        every = self.project.repositories.values()
        return page(request, "repositories", [r for r in every if where in r["name"]])

    def create(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        name = request.only("repositoryId")["repositoryId"]
        check(name, Text(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"))
        check(request.body, REPOSITORY)
        path = f"projects/{project}/locations/{location}/repositories/{name}"
        if path in self.project.repositories:
            raise exists(path)
        if key := request.body.get("kmsKeyName"):
            need_key(self.project, key, "gcp-sa-artifactregistry")
        self.project.repositories[path] = {**request.body, "name": path}
        return self.operation(self.project.repositories[path])

    def get(self, _request: Request, **at: str) -> Answer:
        return self.project.repositories[self._path(**at)]

    def patch(self, request: Request, **at: str) -> Answer:
        there = self.project.repositories[self._path(**at)]
        check(request.body, REPOSITORY)
        mask = request.only("updateMask")["updateMask"]
        if request.body.get("kmsKeyName") != there.get("kmsKeyName"):
            raise invalid("a repository's key cannot be changed")
        masked(there, request.body, mask)
        return there

    def delete(self, _request: Request, **at: str) -> Answer:
        path = self._path(**at)
        del self.project.repositories[path]
        self.project.policies.drop(path)
        return self.operation({})

    def policy(self, request: Request, **at: str) -> Answer:
        request.only("options.requestedPolicyVersion")
        return self.project.policies.get(self._path(**at))

    def grant(self, request: Request, **at: str) -> Answer:
        check(request.body, {"policy": Needed(dict)})
        return self.project.policies.set(self._path(**at), request.body["policy"])

    def _path(self, project: str, location: str, name: str) -> str:
        self.project.own(project)
        path = f"projects/{project}/locations/{location}/repositories/{name}"
        if path not in self.project.repositories:
            raise not_found(path)
        return path
