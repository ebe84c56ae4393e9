"""Pub/Sub: topics and subscriptions."""

from typing import Any

from standin.paging import page
from standin.project import Project
from standin.refusal import exists, invalid, not_found
from standin.service import Answer, Request, Service
from standin.services.kms import need_key
from standin.shapes import SECONDS, MapOf, Needed, Text, Whole, check, masked

DAY = 86400
REGION = Text(r"[a-z]+-[a-z]+[0-9]+")
TOPIC = {
    "name": str,
    "labels": MapOf(str),
    "messageRetentionDuration": SECONDS,
    "kmsKeyName": str,
    "messageStoragePolicy": {"allowedPersistenceRegions": [REGION], "enforceInTransit": bool},
}
SUBSCRIPTION = {
    "name": str,
    "topic": str,
    "pushConfig": {"pushEndpoint": str, "attributes": dict, "oidcToken": dict},
    "ackDeadlineSeconds": Whole(10, 600),
    "messageRetentionDuration": SECONDS,
    "expirationPolicy": {"ttl": SECONDS},
    "deadLetterPolicy": {
        "deadLetterTopic": Needed(Text(r"projects/[^/]+/topics/[^/]+")),
        "maxDeliveryAttempts": Whole(5, 100),
    },
    "retryPolicy": {"minimumBackoff": SECONDS, "maximumBackoff": SECONDS},
    "retainAckedMessages": bool,
    "enableMessageOrdering": bool,
    "enableExactlyOnceDelivery": bool,
    "labels": dict,
    "state": str,
}


def short(path: str) -> str:
    return path.rpartition("/")[2]


class PubSub(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "pubsub", "pubsub.googleapis.com")
        base = r"v1/projects/(?P<project>[^/]+)"
        topic = base + r"/topics/(?P<name>[^/:]+)"
        subscription = base + r"/subscriptions/(?P<name>[^/:]+)"
        self.routes = [
            ("GET", base + "/topics", self.list_topics),
            ("GET", topic, self.get_topic),
            ("PUT", topic, self.create_topic),
            ("PATCH", topic, self.patch_topic),
            ("DELETE", topic, self.delete_topic),
            ("GET", base + "/subscriptions", self.list_subscriptions),
            ("GET", subscription, self.get_subscription),
            ("PUT", subscription, self.create_subscription),
            ("PATCH", subscription, self.patch_subscription),
            ("DELETE", subscription, self.delete_subscription),
            ("GET", base + r"/(?P<name>(topics|subscriptions)/[^/:]+):getIamPolicy", self.policy),
            ("POST", base + r"/(?P<name>(topics|subscriptions)/[^/:]+):setIamPolicy", self.grant),
        ]

    def list_topics(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        request.only()
        return page(request, "topics", self.project.topics.values())

    def get_topic(self, _request: Request, project: str, name: str) -> Answer:
        return self._there(project, self.project.topics, name)

    def create_topic(self, request: Request, project: str, name: str) -> Answer:
        self.project.own(project)
        check(request.body or {}, TOPIC)
        if name in self.project.topics:
            raise exists(name)
        topic = {**(request.body or {}), "name": f"projects/{self.project.name}/topics/{name}"}
        self._hold_topic(topic)
        self.project.topics[name] = topic
        return topic

    def patch_topic(self, request: Request, project: str, name: str) -> Answer:
        topic = self._there(project, self.project.topics, name)
        check(request.body, {"topic": Needed(TOPIC), "updateMask": Needed(str)})
        changed = {**topic}
        masked(changed, request.body["topic"], request.body["updateMask"])
        self._hold_topic(changed)
        topic.clear()
        topic.update(changed)
        return topic

    def delete_topic(self, _request: Request, project: str, name: str) -> Answer:
        self._there(project, self.project.topics, name)
        del self.project.topics[name]
        self.project.policies.drop(f"topics/{name}")
        for subscription in self.project.subscriptions.values():
            if short(subscription["topic"]) == name:
                subscription["topic"] = "_deleted-topic_"
        return {}

    def list_subscriptions(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        request.only()
        return page(request, "subscriptions", self.project.subscriptions.values())

    def get_subscription(self, _request: Request, project: str, name: str) -> Answer:
        return self._there(project, self.project.subscriptions, name)

    def create_subscription(self, request: Request, project: str, name: str) -> Answer:
        self.project.own(project)
        check(request.body, {**SUBSCRIPTION, "topic": Needed(str)})
        return self.make(name, request.body)

    def make(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Eventarc also creates subscriptions this way."""
        if name in self.project.subscriptions:
            raise exists(name)
        defaults = {
            "ackDeadlineSeconds": 10,
            "messageRetentionDuration": f"{7 * DAY}s",
            "expirationPolicy": {"ttl": f"{31 * DAY}s"},
            "state": "ACTIVE",
        }
        path = f"projects/{self.project.name}/subscriptions/{name}"
        made = {**defaults, **body, "name": path}
        self._hold(made)
        self.project.subscriptions[name] = made
        return made

    def patch_subscription(self, request: Request, project: str, name: str) -> Answer:
        there = self._there(project, self.project.subscriptions, name)
        check(request.body, {"subscription": Needed(SUBSCRIPTION), "updateMask": Needed(str)})
        changed = {**there}
        masked(changed, request.body["subscription"], request.body["updateMask"])
        self._hold(changed)
        there.clear()
        there.update(changed)
        return there

    def delete_subscription(self, _request: Request, project: str, name: str) -> Answer:
        self._there(project, self.project.subscriptions, name)
        del self.project.subscriptions[name]
        self.project.policies.drop(f"subscriptions/{name}")
        return {}

    def policy(self, request: Request, project: str, name: str) -> Answer:
        self._resource(project, name)
        request.only("options.requestedPolicyVersion")
        return self.project.policies.get(name)

    def grant(self, request: Request, project: str, name: str) -> Answer:
        self._resource(project, name)
        check(request.body, {"policy": Needed(dict)})
        return self.project.policies.set(name, request.body["policy"])

    def _resource(self, project: str, name: str) -> None:
        kind, _, short_name = name.partition("/")
        there = self.project.topics if kind == "topics" else self.project.subscriptions
        self._there(project, there, short_name)

    def _hold_topic(self, topic: dict[str, Any]) -> None:
        _range(topic, "messageRetentionDuration", 600, 31 * DAY)
        if key := topic.get("kmsKeyName"):
            agent = self.project.agent("gcp-sa-pubsub")
            message = (
                "Cloud Pub/Sub did not have the necessary permissions configured to support this "
                f"operation. Please verify that the service account {agent} was granted the Cloud "
                "KMS CryptoKey Encrypter/Decrypter role for the project containing the CryptoKey "
                f"resource {key}."
            )
            need_key(self.project, key, "gcp-sa-pubsub", message)

    def _hold(self, subscription: dict[str, Any]) -> None:
        """Check what the service requires."""
        if short(subscription["topic"]) not in self.project.topics:
            raise not_found(subscription["topic"])
        _range(subscription, "messageRetentionDuration", 600, 31 * DAY)
        dead_letter = subscription.get("deadLetterPolicy", {}).get("deadLetterTopic")
        if dead_letter and short(dead_letter) not in self.project.topics:
            raise not_found(dead_letter)
        for bound in ("minimumBackoff", "maximumBackoff"):
            _range(subscription.get("retryPolicy", {}), bound, 0, 600)

    def _there(self, project: str, kind: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
        self.project.own(project)
        if name not in kind:
            raise not_found(name)
        return kind[name]


def _range(values: dict[str, Any], name: str, least: int, most: int) -> None:
    text = values.get(name)
    if text is not None and not least <= float(text.removesuffix("s")) <= most:
        raise invalid(f"{name} {text} is not from {least}s to {most}s")
