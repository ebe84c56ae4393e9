"""Resource Manager about organizations: effective policies, ancestry, permissions."""

from standin.project import Project
from standin.refusal import invalid
from standin.service import Answer, Handler, Request, Service
from standin.shapes import Needed, Text, check

ORGANIZATION = "987654321098"
CUSTOMER = "C01abcdef"
CONSTRAINT = Text(r"constraints/[a-z]+\.[A-Za-z]+")


class Organization:
    """Routes of Resource Manager, like those of custom roles in IAM."""

    def __init__(self, project: Project) -> None:
        self.project = project
        base = r"v1/projects/(?P<project>[^/:]+)"
        self.routes: list[tuple[str, str, Handler]] = [
            ("POST", base + ":getEffectiveOrgPolicy", self.policy),
            ("POST", base + ":testIamPermissions", self.permissions),
            ("POST", base + ":getAncestry", self.ancestry),
            ("GET", rf"v1/organizations/{ORGANIZATION}", self.get),
        ]

    def policy(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        check(request.body, {"constraint": Needed(CONSTRAINT)})
        name = request.body["constraint"]
        found = self.project.surroundings.org_policies.get(name.rpartition("/")[2])
        return {"constraint": name, **(found or {"listPolicy": {"allValues": "ALLOW"}})}

    def permissions(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        check(request.body, {"permissions": Needed([Text(r"[a-z]+\.[A-Za-z]+\.[A-Za-z]+")])})
        asked = request.body["permissions"]
        if len(asked) > 100:
            raise invalid("at most 100 permissions in one request")
        granted = [name for name in asked if name not in self.project.surroundings.lacking]
        return {"permissions": granted} if granted else {}

    def ancestry(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        check(request.body or {}, {})
        chain = (("project", self.project.name), ("organization", ORGANIZATION))
        return {"ancestor": [{"resourceId": {"type": t, "id": i}} for t, i in chain]}

    def get(self, _request: Request) -> Answer:
        name = f"organizations/{ORGANIZATION}"
        return {"name": name, "owner": {"directoryCustomerId": CUSTOMER}}


class Billing(Service):
    """Gcloud asks with a project of its own, so that the API need not be enabled."""

    def __init__(self, project: Project) -> None:
        super().__init__(project, "cloudbilling", "")
        self.routes = [("GET", r"v1/projects/(?P<project>[^/]+)/billingInfo", self.info)]

    def info(self, _request: Request, project: str) -> Answer:
        self.project.own(project)
        name = f"projects/{self.project.name}/billingInfo"
        answer: Answer = {"name": name, "projectId": self.project.name}
        if self.project.surroundings.billing:
            account = "billingAccounts/012345-678901-ABCDEF"
            answer |= {"billingEnabled": True, "billingAccountName": account}
        return answer
