"""Cloud Run: the policies of the services behind functions."""

from standin.project import Project
from standin.refusal import not_found
from standin.service import Answer, Request, Service
from standin.shapes import Needed, check


class Run(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "run", "run.googleapis.com")
        service = r"v1/(?P<name>projects/[^/]+/locations/[^/]+/services/[^/:]+)"
        self.routes = [
            ("GET", service + ":getIamPolicy", self.policy),
            ("POST", service + ":setIamPolicy", self.grant),
        ]

    def policy(self, request: Request, name: str) -> Answer:
        self._there(name)
        request.only("options.requestedPolicyVersion")
        return self.project.policies.get(name)

    def grant(self, request: Request, name: str) -> Answer:
        self._there(name)
        check(request.body, {"policy": Needed(dict), "updateMask": str})
        return self.project.policies.set(name, request.body["policy"])

    def _there(self, name: str) -> None:
        if name not in self.project.services:
            raise not_found(name)
