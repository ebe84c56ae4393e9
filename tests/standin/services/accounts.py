"""IAM: service accounts and custom roles."""

from typing import Any

from standin.paging import page
from standin.project import Project
from standin.refusal import exists, not_found
from standin.service import Answer, Request, Service
from standin.services.custom_roles import CustomRoles
from standin.shapes import Needed, Text, check, masked


class Iam(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "iam", "iam.googleapis.com")
        base = r"v1/projects/(?P<project>[^/]+)/serviceAccounts"
        one = base + r"/(?P<email>[^/:]+)"
        self.routes = [
            *CustomRoles(project).routes,
            ("GET", base, self.list),
            ("POST", base, self.create),
            ("GET", one, self.get),
            ("PATCH", one, self.patch),
            ("DELETE", one, self.delete),
            ("POST", one + ":enable", self.enable),
            ("POST", one + ":getIamPolicy", self.get_policy),
            ("POST", one + ":setIamPolicy", self.set_policy),
        ]

    def list(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        request.only()
        return page(request, "accounts", self.project.accounts.values())

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

    def enable(self, request: Request, project: str, email: str) -> Answer:
        check(request.body or {}, {})
        self._there(project, email).pop("disabled", None)
        return {}

    def delete(self, _request: Request, project: str, email: str) -> Answer:
        self._there(project, email)
        del self.project.accounts[email]
        self.project.policies.drop(f"account {email}")
        return {}

    def get_policy(self, request: Request, project: str, email: str) -> Answer:
        self._there(project, email)
        request.only("options.requestedPolicyVersion")
        self.project.spreading.needs("account policy")
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
