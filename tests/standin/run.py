"""Cloud Run: the policies of the services behind functions, and how they reach a network."""

from typing import Any, Final

from standin import revisions
from standin.project import Project
from standin.refusal import invalid, not_found
from standin.service import Answer, Request, Service
from standin.shapes import Needed, check

INTERFACES: Final = "run.googleapis.com/network-interfaces"
EGRESS: Final = "run.googleapis.com/vpc-access-egress"
PROXY: Final = "run.googleapis.com/iap-enabled"


class Run(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "run", "run.googleapis.com")
        service = r"v1/(?P<name>projects/[^/]+/locations/[^/]+/services/[^/:]+)"
        knative = r"apis/serving\.knative\.dev/v1/namespaces/(?P<project>[^/]+)/services"
        self.routes = [
            ("GET", service + ":getIamPolicy", self.policy),
            ("POST", service + ":setIamPolicy", self.grant),
            ("GET", knative, self.list),
            ("GET", knative + r"/(?P<name>[^/]+)", self.get),
            ("PUT", knative + r"/(?P<name>[^/]+)", self.replace),
            ("GET", knative[:-8] + r"revisions/(?P<name>[^/]+)", self.revision),
        ]

    def policy(self, request: Request, name: str) -> Answer:
        self._there(name)
        request.only("options.requestedPolicyVersion")
        return self.project.policies.get(name)

    def grant(self, request: Request, name: str) -> Answer:
        self._there(name)
        check(request.body, {"policy": Needed(dict), "updateMask": str})
        return self.project.policies.set(name, request.body["policy"])

    def list(self, _request: Request, project: str) -> Answer:
        self.project.own(project)
        items = [self._service(path) for path in sorted(self.project.services)]
        return {"apiVersion": "serving.knative.dev/v1", "kind": "ServiceList", "items": items}

    def get(self, _request: Request, project: str, name: str) -> Answer:
        return self._service(self._path(project, name))

    def replace(self, request: Request, project: str, name: str) -> Answer:
        """Make a revision with another connection to a subnet, share the traffic out, or switch
        the proxy on or off."""
        path = self._path(project, name)
        given = request.body["spec"]["template"]["metadata"].get("annotations", {})
        connected = {key: given[key] for key in (INTERFACES, EGRESS) if key in given}
        if EGRESS in connected and INTERFACES not in connected:
            raise invalid("An egress setting needs a network interface.")
        if connected != self.project.interfaces.get(path, {}):
            self.project.interfaces[path] = connected
            revisions.add(self.project, path)
        revisions.assign(self.project, path, request.body["spec"]["traffic"])
        proxied = request.body["metadata"].get("annotations", {}).get(PROXY) == "true"
        (self.project.proxied.add if proxied else self.project.proxied.discard)(path)
        return self._service(path)

    def revision(self, _request: Request, project: str, name: str) -> Answer:
        self.project.own(project)
        metadata = {"name": name, "namespace": self.project.number, "annotations": {}}
        return {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Revision",
            "metadata": metadata,
            "spec": {"containers": [{"image": "example.dev/image"}]},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        }

    def _path(self, project: str, name: str) -> str:
        self.project.own(project)
        path = f"projects/{self.project.name}/locations/{self.project.region}/services/{name}"
        self._there(path)
        return path

    def _service(self, path: str) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        template = {
            "metadata": {"annotations": dict(self.project.interfaces.get(path, {}))},
            "spec": {"containers": [{"image": f"example.dev/{name}"}]},
        }
        return {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": {
                "name": name,
                "namespace": self.project.number,
                "generation": 1,
                "labels": {"cloud.googleapis.com/location": self.project.region},
                "annotations": {PROXY: "true"} if path in self.project.proxied else {},
            },
            "spec": {"template": template, "traffic": self.project.traffic[path]},
            "status": {
                "observedGeneration": 1,
                "conditions": [
                    {"type": kind, "status": "True"}
                    for kind in ("Ready", "ConfigurationsReady", "RoutesReady")
                ],
                "latestReadyRevisionName": revisions.latest(self.project, path),
                "latestCreatedRevisionName": revisions.latest(self.project, path),
                "traffic": revisions.status(self.project, path),
                "url": f"https://{name}.example.run.app",
            },
        }

    def _there(self, name: str) -> None:
        if name not in self.project.services:
            raise not_found(name)
