"""Resource Manager: the project and its policy; and Cloud Build's default account."""

from standin.project import Project
from standin.service import Answer, Request, Service
from standin.shapes import Needed, check
from standin.surroundings.organization import Organization


class ResourceManager(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "cloudresourcemanager", "")
        base = r"v[13]/projects/(?P<project>[^/:]+)"
        self.routes = [
            *Organization(project).routes,
            ("GET", base, self.get),
            ("POST", base + ":getIamPolicy", self.get_policy),
            ("POST", base + ":setIamPolicy", self.set_policy),
        ]

    def get(self, _request: Request, project: str) -> Answer:
        self.project.own(project)
        found = {"projectId": self.project.name, "projectNumber": self.project.number}
        return {
            **found,
            "name": self.project.name,
            "lifecycleState": self.project.surroundings.lifecycle,
        }

    def get_policy(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        check(request.body or {}, {"options": {"requestedPolicyVersion": int}})
        return self.project.policies.get("project")

    def set_policy(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        check(request.body, {"policy": Needed(dict), "updateMask": str})
        return self.project.policies.set("project", request.body["policy"])


class CloudBuild(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "cloudbuild", "cloudbuild.googleapis.com")
        where = r"v1/projects/(?P<project>[^/]+)/locations/[^/]+/defaultServiceAccount"
        self.routes = [("GET", where, self.default)]

    def default(self, _request: Request, project: str) -> Answer:
        self.project.own(project)
        email = f"{self.project.number}-compute@developer.gserviceaccount.com"
        return {"serviceAccountEmail": f"projects/{self.project.name}/serviceAccounts/{email}"}
