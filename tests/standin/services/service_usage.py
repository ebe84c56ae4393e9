"""Service Usage: enabled APIs and Google's service agents."""

from standin.paging import page
from standin.project import Project
from standin.refusal import invalid
from standin.service import Answer, Request, Service
from standin.shapes import Needed, Text, check
from standin.surroundings.quotas import Quotas

AGENTS = {
    "pubsub.googleapis.com": "gcp-sa-pubsub",
    "eventarc.googleapis.com": "gcp-sa-eventarc",
    "artifactregistry.googleapis.com": "gcp-sa-artifactregistry",
    "cloudfunctions.googleapis.com": "gcf-admin-robot",
    "run.googleapis.com": "serverless-robot-prod",
    "iap.googleapis.com": "gcp-sa-iap",
}


class ServiceUsage(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "serviceusage", "serviceusage.googleapis.com")
        base = r"(v1|v1beta1)/projects/(?P<project>[^/]+)/services"
        self.routes = [
            *Quotas(project).routes,
            ("GET", base, self.list),
            ("GET", base + r"/(?P<api>[^/:]+)", self.get),
            ("POST", base + r":batchEnable", self.batch_enable),
            ("POST", base + r"/(?P<api>[^/:]+):enable", self.enable),
            ("POST", base + r"/(?P<api>[^/:]+):generateServiceIdentity", self.identity),
            ("GET", r"(v1|v1beta1)/operations/(?P<name>.+)", lambda _, name: self._done(name)),
        ]

    def list(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        if request.only("filter").get("filter") != "state:ENABLED":
            raise invalid("the stand-in lists enabled services")
        return page(request, "services", map(self._service, sorted(self.project.apis)))

    def get(self, _request: Request, project: str, api: str) -> Answer:
        self.project.own(project)
        return self._service(api)

    def batch_enable(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        check(request.body, {"serviceIds": Needed([Text(r"[a-z]+\.googleapis\.com")])})
        if len(request.body["serviceIds"]) > 20:
            raise invalid("at most 20 services in one batch")
        names = set(request.body["serviceIds"])
        self.project.spreading.fresh_apis |= names - self.project.apis
        self.project.apis |= names
        return self._done("batch")

    def enable(self, request: Request, project: str, api: str) -> Answer:
        self.project.own(project)
        check(request.body or {}, {})
        self.project.apis.add(api)
        return self._done("enable")

    def identity(self, request: Request, project: str, api: str) -> Answer:
        self.project.own(project)
        self.project.require(api)
        if api not in AGENTS:
            raise invalid(f"no service identity of {api} in the stand-in")
        email = self.project.agent(AGENTS[api])
        if email not in self.project.agents:
            self.project.agents.add(email)
            role = f"roles/{api.partition('.')[0]}.serviceAgent"
            self.project.policies.add("project", role, f"serviceAccount:{email}")
        return self._done("identity") | {"response": {"email": email, "uniqueId": "1"}}

    def _service(self, api: str) -> Answer:
        state = "ENABLED" if api in self.project.apis else "DISABLED"
        name = f"projects/{self.project.number}/services/{api}"
        return {"name": name, "config": {"name": api}, "state": state}

    def _done(self, name: str) -> Answer:
        return {"name": f"operations/{name}", "done": True, "response": {}}
