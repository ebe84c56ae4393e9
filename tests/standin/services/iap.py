"""Identity-Aware Proxy: who may pass it to a Cloud Run service."""

from standin.project import Project
from standin.refusal import not_found
from standin.service import Answer, Request, Service
from standin.shapes import Needed, check


class Iap(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "iap", "iap.googleapis.com")
        one = (
            r"v1/projects/(?P<project>[^/]+)/iap_web/cloud_run-(?P<region>[a-z0-9-]+)"
            r"/services/(?P<name>[^/:]+)"
        )
        self.routes = [
            ("POST", one + ":getIamPolicy", self.policy),
            ("POST", one + ":setIamPolicy", self.grant),
        ]

    def policy(self, request: Request, project: str, region: str, name: str) -> Answer:
        check(request.body or {}, {"options": {"requestedPolicyVersion": int}})
        return self.project.policies.get(self._path(project, region, name))

    def grant(self, request: Request, project: str, region: str, name: str) -> Answer:
        check(request.body, {"policy": Needed(dict), "updateMask": str})
        return self.project.policies.set(self._path(project, region, name), request.body["policy"])

    def _path(self, project: str, region: str, name: str) -> str:
        self.project.own(project)
        if f"projects/{self.project.name}/locations/{region}/services/{name}" not in (
            self.project.services
        ):
            raise not_found(name)
        return f"iap/{region}/{name}"
