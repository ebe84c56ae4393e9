"""Cloud Scheduler: jobs that call HTTP targets. They are never run."""

import base64
from typing import Any

from standin.paging import page
from standin.project import Project
from standin.refusal import exists, invalid, not_found
from standin.service import Answer, Request, Service
from standin.shapes import SECONDS, MapOf, Needed, Text, Whole, check, masked

URI = Text(r"https?://[^/]+/?.*")
CRON = Text(r"\S+( \S+){4}")
TARGET = {
    "uri": Needed(URI),
    "httpMethod": Text("POST|GET|HEAD|PUT|DELETE"),
    "headers": MapOf(str),
    "body": str,
    "oidcToken": {"serviceAccountEmail": Needed(str), "audience": str},
}
RETRY = {
    "retryCount": Whole(0, 5),
    "maxRetryDuration": SECONDS,
    "minBackoffDuration": SECONDS,
    "maxBackoffDuration": SECONDS,
    "maxDoublings": Whole(0, 16),
}
JOB = {
    "name": str,
    "description": str,
    "schedule": Needed(CRON),
    "timeZone": Text(r"[A-Za-z]+(/[A-Za-z_]+)*"),
    "httpTarget": Needed(TARGET),
    "attemptDeadline": SECONDS,
    "retryConfig": RETRY,
}
CHANGES = {**JOB, "schedule": CRON, "httpTarget": {**TARGET, "uri": URI}}
"""A job in a patch has only the fields that change."""


class CloudScheduler(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "cloudscheduler", "cloudscheduler.googleapis.com")
        base = r"v1/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/jobs"
        one = base + r"/(?P<name>[^/:]+)"
        self.routes = [
            ("GET", base, self.list),
            ("POST", base, self.create),
            ("PATCH", one, self.patch),
            ("DELETE", one, self.delete),
            ("POST", one + ":resume", self.resume),
        ]

    def list(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        request.only()
        where = f"/locations/{location}/"
        return page(request, "jobs", [j for j in self.project.jobs.values() if where in j["name"]])

    def create(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        check(request.body, JOB)
        path, name = request.body["name"], request.body["name"].rpartition("/")[2]
        check(name, Text(r"[A-Za-z0-9_-]{1,500}"))
        if path != f"projects/{project}/locations/{location}/jobs/{name}":
            raise invalid("Job name must be in the parent.")
        if path in self.project.jobs:
            raise exists(path)
        job = {"attemptDeadline": "180s", **request.body, "state": "ENABLED"}
        self.project.jobs[path] = self._held(job)
        return job

    def patch(self, request: Request, **at: str) -> Answer:
        job, mask = self._there(**at), request.only("updateMask").get("updateMask", "")
        check(request.body, CHANGES)
        if not mask:
            raise invalid("the stand-in changes jobs with an update mask")
        changed = {**job, "httpTarget": {**job["httpTarget"]}}
        changed["httpTarget"]["oidcToken"] = {**job["httpTarget"].get("oidcToken", {})}
        masked(changed, request.body, mask)
        job.clear()
        job.update(self._held(changed))
        return job

    def delete(self, _request: Request, **at: str) -> Answer:
        del self.project.jobs[self._there(**at)["name"]]
        return {}

    def resume(self, request: Request, **at: str) -> Answer:
        check(request.body or {}, {})
        job = self._there(**at)
        job["state"] = "ENABLED"
        return job

    def _there(self, project: str, location: str, name: str) -> dict[str, Any]:
        self.project.own(project)
        path = f"projects/{project}/locations/{location}/jobs/{name}"
        if path not in self.project.jobs:
            raise not_found(path)
        return self.project.jobs[path]

    def _held(self, job: dict[str, Any]) -> dict[str, Any]:
        """Check what the service requires, and add what it adds: headers of its own, the slash of a
        URL without a path."""
        target = job["httpTarget"]
        self.project.need_account(target["oidcToken"]["serviceAccountEmail"])
        if target.get("body") and target.get("httpMethod", "POST") not in ("POST", "PUT"):
            raise invalid("HttpTarget.body is not allowed with this method.")
        base64.urlsafe_b64decode(target.get("body", ""))
        if not 15 <= float(job["attemptDeadline"].removesuffix("s")) <= 1800:
            raise invalid("The attempt_deadline must be between 15s and 30m.")
        added = {"User-Agent": "Google-Cloud-Scheduler"}
        if target.get("body"):
            added["Content-Type"] = "application/octet-stream"
        headers = {**added, **target.get("headers", {})}
        uri = target["uri"] if target["uri"].count("/") > 2 else f"{target['uri']}/"
        return {**job, "httpTarget": {**target, "headers": headers, "uri": uri}}
