"""Service Usage, Resource Manager, IAM, Cloud Build's default account: the project itself."""

from typing import Any

from standin.project import Project
from standin.refusal import exists, invalid, not_found
from standin.service import Answer, Request, Service
from standin.shapes import Needed, Text, check, masked

AGENTS = {
    "pubsub.googleapis.com": "gcp-sa-pubsub",
    "eventarc.googleapis.com": "gcp-sa-eventarc",
}


class ServiceUsage(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "serviceusage", "serviceusage.googleapis.com")
        base = r"(v1|v1beta1)/projects/(?P<project>[^/]+)/services"
        self.routes = [
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
        return {"services": [self._service(api) for api in sorted(self.project.apis)]}

    def get(self, _request: Request, project: str, api: str) -> Answer:
        self.project.own(project)
        return self._service(api)

    def batch_enable(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        names = [Text(r"[a-z]+\.googleapis\.com")]
        check(request.body, {"serviceIds": Needed(names)})
        if len(request.body["serviceIds"]) > 20:
            raise invalid("at most 20 services in one batch")
        self.project.apis |= set(request.body["serviceIds"])
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


class ResourceManager(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "cloudresourcemanager", "")
        base = r"v[13]/projects/(?P<project>[^/:]+)"
        self.routes = [
            ("GET", base, self.get),
            ("POST", base + ":getIamPolicy", self.get_policy),
            ("POST", base + ":setIamPolicy", self.set_policy),
        ]

    def get(self, _request: Request, project: str) -> Answer:
        self.project.own(project)
        found = {"projectId": self.project.name, "projectNumber": self.project.number}
        return {**found, "name": self.project.name, "lifecycleState": "ACTIVE"}

    def get_policy(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        check(request.body or {}, {"options": {"requestedPolicyVersion": int}})
        return self.project.policies.get("project")

    def set_policy(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        check(request.body, {"policy": Needed(dict), "updateMask": str})
        return self.project.policies.set("project", request.body["policy"])


class Iam(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "iam", "iam.googleapis.com")
        base = r"v1/projects/(?P<project>[^/]+)/serviceAccounts"
        one = base + r"/(?P<email>[^/:]+)"
        self.routes = [
            ("GET", base, self.list),
            ("POST", base, self.create),
            ("GET", one, self.get),
            ("PATCH", one, self.patch),
            ("DELETE", one, self.delete),
            ("POST", one + ":getIamPolicy", self.get_policy),
            ("POST", one + ":setIamPolicy", self.set_policy),
        ]

    def list(self, _request: Request, project: str) -> Answer:
        self.project.own(project)
        return {"accounts": list(self.project.accounts.values())}

    def create(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        account = {"displayName": str, "description": str}
        check(
            request.body,
            {
                "accountId": Needed(Text(r"[a-z]([-a-z0-9]{4,28}[a-z0-9])")),
                "serviceAccount": account,
            },
        )
        email = f"{request.body['accountId']}@{self.project.name}.iam.gserviceaccount.com"
        if email in self.project.accounts:
            raise exists(email)
        name = f"projects/{self.project.name}/serviceAccounts/{email}"
        made = {"name": name, "email": email, **request.body.get("serviceAccount", {})}
        self.project.accounts[email] = made
        return made

    def get(self, _request: Request, project: str, email: str) -> Answer:
        return self._there(project, email)

    def patch(self, request: Request, project: str, email: str) -> Answer:
        there = self._there(project, email)
        shape = {"displayName": str, "description": str, "email": str, "name": str}
        check(request.body, {"serviceAccount": Needed(shape), "updateMask": Needed(str)})
        masked(there, request.body["serviceAccount"], request.body["updateMask"])
        return there

    def delete(self, _request: Request, project: str, email: str) -> Answer:
        self._there(project, email)
        del self.project.accounts[email]
        self.project.policies.drop(f"account {email}")
        return {}

    def get_policy(self, request: Request, project: str, email: str) -> Answer:
        self._there(project, email)
        request.only("options.requestedPolicyVersion")
        return self.project.policies.get(f"account {email}")

    def set_policy(self, request: Request, project: str, email: str) -> Answer:
        self._there(project, email)
        check(request.body, {"policy": Needed(dict), "updateMask": str})
        return self.project.policies.set(f"account {email}", request.body["policy"])

    def _there(self, project: str, email: str) -> dict[str, Any]:
        if project != "-":
            self.project.own(project)
        if email not in self.project.accounts:
            raise not_found(email)
        return self.project.accounts[email]


class CloudBuild(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "cloudbuild", "cloudbuild.googleapis.com")
        where = r"v1/projects/(?P<project>[^/]+)/locations/[^/]+/defaultServiceAccount"
        self.routes = [("GET", where, self.default)]

    def default(self, _request: Request, project: str) -> Answer:
        self.project.own(project)
        email = f"{self.project.number}-compute@developer.gserviceaccount.com"
        return {"serviceAccountEmail": f"projects/{self.project.name}/serviceAccounts/{email}"}
