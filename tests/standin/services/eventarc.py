"""Eventarc triggers, each with the subscription (and for buckets the topic) that it creates."""

from typing import Any

from standin.paging import page_of_location
from standin.project import Project
from standin.refusal import Refusal, exists, invalid, not_found
from standin.service import Answer, Request, Service
from standin.services.pubsub import PubSub, short
from standin.shapes import Needed, Text, check, masked

TRIGGER = {
    "name": str,
    "eventFilters": Needed([{"attribute": Needed(str), "value": Needed(str)}]),
    "serviceAccount": Needed(str),
    "destination": Needed({"cloudRun": Needed({"service": Needed(str), "region": Needed(str)})}),
    "transport": {"pubsub": {"topic": Text(r"projects/[^/]+/topics/[^/]+")}},
    "labels": dict,
    "eventDataContentType": Text(r"application/(json|protobuf)"),
}
FINALIZED = "google.cloud.storage.object.v1.finalized"
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"


class Eventarc(Service):
    def __init__(self, project: Project, pubsub: PubSub) -> None:
        super().__init__(project, "eventarc", "eventarc.googleapis.com")
        self._pubsub = pubsub
        where = r"v1/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)"
        one = where + r"/triggers/(?P<name>[^/:]+)"
        self.routes = [
            ("GET", where + "/triggers", self.list),
            ("POST", where + "/triggers", self.create),
            ("GET", one, self.get),
            ("PATCH", one, self.patch),
            ("DELETE", one, self.delete),
            ("GET", where + r"/operations/(?P<operation>.+)", self.polled),
        ]

    def list(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        request.only("orderBy", "filter")
        every = self.project.triggers.values()
        return page_of_location(self.project, request, "triggers", every, location)

    def create(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        query = request.only("triggerId", "validateOnly")
        name = query["triggerId"]
        check(name, Text(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"))
        check(request.body, TRIGGER)
        path = f"projects/{project}/locations/{location}/triggers/{name}"
        if path in self.project.triggers:
            raise exists(path)
        trigger = {**request.body, "name": path}
        self._hold(trigger)
        topic = self._topic(trigger, location, name)
        subscription = f"eventarc-{location}-{name}-sub-{len(self.project.triggers) + 101}"
        uri = f"https://{trigger['destination']['cloudRun']['service']}.example.run.app"
        token = {"serviceAccountEmail": trigger["serviceAccount"]}
        made = self._pubsub.make(
            subscription,
            {
                "topic": topic,
                "messageRetentionDuration": "86400s",
                "pushConfig": {"pushEndpoint": uri, "oidcToken": token},
                "retryPolicy": {"minimumBackoff": "10s", "maximumBackoff": "600s"},
            },
        )
        trigger["transport"] = {"pubsub": {"topic": topic, "subscription": made["name"]}}
        self.project.triggers[path] = trigger
        return self.operation(trigger)

    def get(self, _request: Request, **at: str) -> Answer:
        return self._there(**at)

    def patch(self, request: Request, **at: str) -> Answer:
        there = self._there(**at)
        mask = request.only("updateMask", "validateOnly", "allowMissing")["updateMask"]
        if not set(mask.split(",")) <= {"serviceAccount", "destination.cloudRun.service", "labels"}:
            raise invalid(f"the stand-in does not change {mask}")
        changed = {**there, "destination": {"cloudRun": {**there["destination"]["cloudRun"]}}}
        masked(changed, request.body, mask)
        self._hold(changed)
        there.update(changed)
        return self.operation(there)

    def delete(self, request: Request, **at: str) -> Answer:
        request.only("allowMissing", "etag", "validateOnly")
        there = self._there(**at)
        pubsub = there["transport"]["pubsub"]
        subscription = short(pubsub["subscription"])
        self.project.subscriptions.pop(subscription, None)
        self.project.policies.drop(f"subscriptions/{subscription}")
        if _filters(there)["type"] == FINALIZED:
            self.project.topics.pop(short(pubsub["topic"]), None)
        del self.project.triggers[there["name"]]
        return self.operation({})

    def _there(self, project: str, location: str, name: str) -> dict[str, Any]:
        self.project.own(project)
        path = f"projects/{project}/locations/{location}/triggers/{name}"
        if path not in self.project.triggers:
            raise not_found(path)
        return self.project.triggers[path]

    def _hold(self, trigger: dict[str, Any]) -> None:
        project = self.project
        if project.agent("gcp-sa-eventarc") not in project.agents:
            raise Refusal(400, "Permission denied while using the Eventarc Service Agent.")
        project.spreading.needs("eventarc agent")
        email = trigger["serviceAccount"].rpartition("/")[2]
        project.need_account(email)
        project.spreading.needs("account of a trigger", email=email)
        receiver, member = "roles/eventarc.eventReceiver", f"serviceAccount:{email}"
        if not project.policies.has("project", receiver, member):
            raise invalid(f"{email} has no {receiver}")
        project.spreading.needs("receiver", email=email)
        run = trigger["destination"]["cloudRun"]
        service = f"projects/{project.name}/locations/{run['region']}/services/{run['service']}"
        if service not in project.services:
            raise not_found(service)

    def _topic(self, trigger: dict[str, Any], location: str, name: str) -> str:
        """Return the topic that carries the events; for a bucket's events it is created."""
        filters, project = _filters(trigger), self.project
        if filters["type"] == PUBLISHED:
            topic = trigger.get("transport", {}).get("pubsub", {}).get("topic", "")
            if short(topic) not in project.topics:
                raise not_found(topic)
            return str(topic)
        if filters["type"] != FINALIZED:
            raise invalid(f"no event type {filters['type']} in the stand-in")
        bucket = project.buckets.get(filters["bucket"])
        if bucket is None:
            raise not_found(filters["bucket"])
        project.spreading.needs("bucket of a trigger", bucket=filters["bucket"])
        if bucket["location"].lower() != location:
            raise invalid(f"bucket {filters['bucket']} is in {bucket['location']}, not {location}")
        agent = f"serviceAccount:{project.agent('gs-project-accounts')}"
        if not project.policies.has("project", "roles/pubsub.publisher", agent):
            raise invalid(
                "The Cloud Storage service account for your bucket is unable to publish to "
                "Cloud Pub/Sub topics in the specified project."
            )
        project.spreading.needs("publisher")
        path = f"projects/{project.name}/topics/eventarc-{location}-{name}-101"
        project.topics[short(path)] = {"name": path}
        return path


def _filters(trigger: dict[str, Any]) -> dict[str, str]:
    return {f["attribute"]: f["value"] for f in trigger["eventFilters"]}
