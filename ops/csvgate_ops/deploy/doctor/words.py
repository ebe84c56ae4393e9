"""How resources are called, and what comes of a fault: for people."""

from collections.abc import Mapping

from csvgate_ops.deploy.plan.model import Key

KIND_WORDS: Mapping[str, str] = {
    "account": "service account",
    "secret-version": "value of secret",
    "repository": "image repository",
    "subscription": "review subscription",
    "trigger-subscription": "subscription of trigger",
}
CONSEQUENCES: Mapping[str, str] = {
    "account.missing": "what runs as it does not start",
    "account.disabled": "whatever runs as it is refused everything",
    "secret.missing": "functions that take it do not start",
    "secret-version.missing": "functions that take it do not start, or fail",
    "bucket.missing": "nothing can be uploaded, remembered or handed back",
    "bucket.uniform_access": "single objects may be shared past the bucket's policy",
    "bucket.public_access_prevention": "it can be opened to everybody by mistake",
    "bucket.versioning": "a retry may not find the file that its event names",
    "bucket.soft_delete": "what is deleted by mistake cannot be had back that long",
    "bucket.lifecycle": "objects are kept too long or not long enough",
    "topic.missing": "what is published to it fails",
    "topic.retention": "messages cannot be sought back that far",
    "subscription.missing": "letters sent to its topic are lost",
    "subscription.topic": "letters sent to its topic are lost",
    "subscription.retention": "letters are lost once they are older",
    "subscription.expires": "without a reader for that long it is deleted, with its letters",
    "dataset.missing": "no upload can be loaded",
    "function.missing": "its events wait, and end as dead letters",
    "function.state": "the last build failed, or is under way",
    "function.source": "it does not run what is staged here",
    "function.ingress": "it can be called from outside of the project",
    "function.own_trigger": "each event reaches it twice, once without a dead-letter topic",
    "trigger.missing": "its function is told of nothing",
    "trigger.service": "events go to another function",
    "trigger.once_only": "one failed attempt, and the event is lost: retry is off",
    "trigger-subscription.missing": "no event is delivered any more",
    "trigger-subscription.unpushed": "no event is delivered: it has lost its push endpoint",
    "trigger-subscription.ack_deadline": "a delivery is repeated while the first still runs",
    "trigger-subscription.retention": "events that wait longer are lost",
    "trigger-subscription.expires": "without an event for that long it is deleted",
    "trigger-subscription.dead_letter_topic": "what fails for good is never handed to a person",
    "trigger-subscription.min_backoff": "retries come too fast or too late",
    "trigger-subscription.max_backoff": "retries come too fast or too late",
}
"""By the code of a fault."""

FORWARDING = "dead letters are not forwarded: the event is redelivered until it is too old"
ROLE_CONSEQUENCES: Mapping[tuple[str, str], str] = {
    ("topic", "gcp-sa-pubsub"): FORWARDING,
    ("trigger-subscription", "gcp-sa-pubsub"): FORWARDING,
    ("account", "gcp-sa-pubsub"): "pushes carry no token, and functions refuse them",
    ("project", "gs-project-accounts"): "uploads raise no events",
    ("function", "csvgate-triggers"): "every event is refused",
    ("project", "csvgate-triggers"): "no event is delivered",
}
"""By the kind of resource and who lacks a role on it."""


def name_of(key: Key) -> str:
    return f"{KIND_WORDS.get(key.kind, key.kind)} {key.name}".rstrip()


def with_consequence(said: str, consequence: str | None) -> str:
    return f"{said}: {consequence}" if consequence else said
