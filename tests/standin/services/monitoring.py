"""Cloud Monitoring (alert policies, their channels, dashboards) and Cloud Logging (metrics)."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from standin.paging import page
from standin.project import Project
from standin.refusal import Refusal, exists, invalid, not_found
from standin.service import Answer, Request, Service
from standin.shapes import Needed, Text, check

PAIR = re.compile(r'([\w.]+)="([^"]*)"')
FILTER = re.compile(rf"{PAIR.pattern}( AND {PAIR.pattern})*")
USER_METRIC = re.compile(r'metric\.type="logging\.googleapis\.com/user/(\w+)"')
POLICY = {
    "name": str,
    "displayName": Needed(str),
    "severity": Text("WARNING|ERROR|CRITICAL"),
    "combiner": Needed(Text("OR|AND|AND_WITH_MATCHING_RESOURCE")),
    "conditions": Needed([dict]),
    "documentation": dict,
    "alertStrategy": dict,
    "userLabels": dict,
    "notificationChannels": [str],
    "enabled": bool,
}
CHANNEL = {
    "name": str,
    "type": Needed(Text("email")),
    "displayName": str,
    "labels": Needed({"email_address": Needed(Text(r"[^@\s]+@[^@\s]+"))}),
    "userLabels": dict,
    "enabled": bool,
}
DASHBOARD = {
    "name": str,
    "displayName": Needed(str),
    "labels": dict,
    "mosaicLayout": Needed(dict),
    "etag": str,
}
METRIC = {
    "name": Needed(str),
    "description": str,
    "filter": Needed(str),
    "metricDescriptor": dict,
    "labelExtractors": dict,
    "valueExtractor": str,
    "bucketOptions": dict,
}


class _Collections(Service):
    """`shapes` are those of the bodies, by the name of their collection in the path."""

    shapes: ClassVar[Mapping[str, Any]]

    def route(self, version: str, kind: str) -> None:
        every = rf"{version}/(?P<parent>projects/(?P<project>[^/]+))/(?P<kind>{kind})"
        one = every + r"/(?P<name>[^/]+)"
        self.routes += [
            ("GET", every, self.list),
            ("POST", every, self.create),
            ("GET", one, self.get),
            ("PATCH", one, self.update),
            ("PUT", one, self.update),
            ("DELETE", one, self.delete),
        ]

    def stored(self, kind: str) -> dict[str, Answer]:
        return self.project.monitoring.setdefault(kind, {})

    def list(self, request: Request, project: str, kind: str, **_: str) -> Answer:
        self.project.own(project)
        chosen = request.only("filter", "orderBy").get("filter", "")
        if chosen and not FILTER.fullmatch(chosen):
            raise invalid(f"filter: {chosen}")
        pairs = PAIR.findall(chosen)
        every = self.stored(kind).values()
        found = [item for item in every if all(_at(item, p) == v for p, v in pairs)]
        return page(request, kind, found)

    def create(self, request: Request, project: str, parent: str, kind: str) -> Answer:
        self.project.own(project)
        check(request.body, self.shapes[kind])
        self.hold(kind, request.body)
        name = str(request.body.get("name", len(self.stored(kind)) + 101)).rpartition("/")[2]
        if name in self.stored(kind):
            raise exists(name)
        full = name if kind == "metrics" else f"{parent}/{kind}/{name}"
        made = {**request.body, "name": full, **({"etag": "1"} if kind == "dashboards" else {})}
        self.stored(kind)[name] = made
        return made

    def get(self, _request: Request, project: str, kind: str, name: str, **_: str) -> Answer:
        self.project.own(project)
        if name not in self.stored(kind):
            raise not_found(name)
        return self.stored(kind)[name]

    def update(self, request: Request, **at: str) -> Answer:
        there, kind = self.get(request, **at), at["kind"]
        check(request.body, {**self.shapes[kind], "creationRecord": dict})
        if request.body.get("etag", "1") != there.get("etag", "1"):
            raise Refusal(409, "etag does not match", "ABORTED")
        changed = {**there, **request.body}
        self.hold(kind, changed)
        there.update(changed)
        return there

    def delete(self, request: Request, **at: str) -> Answer:
        self.get(request, **at)
        del self.stored(at["kind"])[at["name"]]
        return {}

    def hold(self, kind: str, body: Answer) -> None:
        """Check what the service requires beyond the shape."""


class Monitoring(_Collections):
    shapes: ClassVar[Mapping[str, Any]] = {
        "alertPolicies": POLICY,
        "notificationChannels": CHANNEL,
        "dashboards": DASHBOARD,
    }

    def __init__(self, project: Project) -> None:
        super().__init__(project, "monitoring", "monitoring.googleapis.com")
        self.route("v3", "alertPolicies|notificationChannels")
        self.route("v1", "dashboards")

    def hold(self, kind: str, body: Answer) -> None:
        if kind != "alertPolicies":
            return
        for channel in body.get("notificationChannels", ()):
            if channel.rpartition("/")[2] not in self.stored("notificationChannels"):
                raise not_found(channel)
        for name in USER_METRIC.findall(str(body["conditions"])):
            if name not in self.stored("metrics"):
                raise Refusal(404, f"Cannot find metric(s) that match type = {name}.")
            self.project.spreading.needs("metric", name=name)


class Logging(_Collections):
    shapes: ClassVar[Mapping[str, Any]] = {"metrics": METRIC}

    def __init__(self, project: Project) -> None:
        super().__init__(project, "logging", "logging.googleapis.com")
        self.route("v2", "metrics")


def _at(item: Any, path: str) -> Any:
    for step in path.split("."):
        item = item.get(step, {})
    return item
