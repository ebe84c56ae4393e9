"""Compute Engine's routers, and connectors of Serverless VPC Access."""

from standin.paging import page
from standin.project import Project
from standin.refusal import not_found
from standin.service import Answer, Request, Service


class Compute(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "compute", "compute.googleapis.com")
        base = r"(compute/v1/)?projects/(?P<project>[^/]+)/regions/(?P<region>[^/]+)/routers"
        self.routes = [("GET", base, self.routers)]

    def routers(self, request: Request, project: str, region: str) -> Answer:
        self.project.own(project)
        request.only("filter", "orderBy", "returnPartialSuccess")
        there = [r for r in self.project.surroundings.routers if r["region"].endswith(region)]
        return {"kind": "compute#routerList", **page(request, "items", there)}


class VpcAccess(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "vpcaccess", "vpcaccess.googleapis.com")
        base = r"v1/(?P<name>projects/[^/]+/locations/[^/]+/connectors/[^/]+)"
        self.routes = [("GET", base, self.get)]

    def get(self, _request: Request, name: str) -> Answer:
        found = self.project.surroundings.connectors.get(name)
        if found is None:
            raise not_found(name)
        return {"name": name, "state": "READY", **found}
