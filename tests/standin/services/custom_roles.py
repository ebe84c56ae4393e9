"""IAM: custom roles of the project. A deleted one keeps its name."""

from typing import Any

from standin.project import Project
from standin.refusal import Refusal, exists, not_found
from standin.service import Answer, Handler, Request
from standin.shapes import Needed, Text, check, masked

ROLE = {
    "title": str,
    "description": str,
    "stage": Text("GA"),
    "includedPermissions": Needed([Text(r"[a-z]+(\.[A-Za-z]+){2}")]),
}


class CustomRoles:
    def __init__(self, project: Project) -> None:
        self.project = project
        base = r"v1/projects/(?P<project>[^/]+)/roles"
        one = base + r"/(?P<name>[^/:]+)"
        self.routes: list[tuple[str, str, Handler]] = [
            ("POST", r"v1/permissions:queryTestablePermissions", self.testable),
            ("POST", base, self.create),
            ("GET", one, self.get),
            ("PATCH", one, self.patch),
            ("DELETE", one, self.delete),
            ("POST", one + ":undelete", self.undelete),
        ]

    def testable(self, request: Request) -> Answer:
        """Return the permissions that a custom role may have, as far as deploy uses them."""
        check(request.body, {"fullResourceName": Needed(str), "pageSize": int, "pageToken": str})
        names = (
            "datasets.get",
            "tables.create",
            "tables.get",
            "tables.getData",
            "tables.updateData",
        )
        return {"permissions": [{"name": f"bigquery.{n}", "stage": "GA"} for n in names]}

    def create(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        check(request.body, {"roleId": Needed(Text(r"[A-Za-z0-9_.]{3,64}")), "role": Needed(ROLE)})
        name = request.body["roleId"]
        if name in self.project.roles:
            if _gone(self.project.roles[name]):
                message = f"You can't create a role_id ({name}) which has been marked for deletion."
                raise Refusal(400, message, "FAILED_PRECONDITION")
            raise exists(name)
        path = f"projects/{self.project.name}/roles/{name}"
        self.project.roles[name] = {"name": path, "etag": "BwA=", **request.body["role"]}
        return self.project.roles[name]

    def get(self, _request: Request, project: str, name: str) -> Answer:
        return self._there(project, name)

    def patch(self, request: Request, project: str, name: str) -> Answer:
        there = self._there(project, name)
        if _gone(there):
            raise Refusal(400, f"The role {name} is deleted.", "FAILED_PRECONDITION")
        masked(there, request.body, request.only("updateMask")["updateMask"])
        return there

    def delete(self, _request: Request, project: str, name: str) -> Answer:
        there = self._there(project, name)
        there["deleted"] = True
        return there

    def undelete(self, request: Request, project: str, name: str) -> Answer:
        check(request.body or {}, {"etag": str})
        there = self._there(project, name)
        there.pop("deleted", None)
        return there

    def _there(self, project: str, name: str) -> dict[str, Any]:
        self.project.own(project)
        if name not in self.project.roles:
            raise not_found(name)
        return self.project.roles[name]


def _gone(role: dict[str, Any]) -> bool:
    return bool(role.get("deleted"))
