"""Pub/Sub topics, and the subscriptions that people read."""

from typing import Any

import pulumi_gcp as gcp

from csvgate_ops.deploy.plan.model import Key
from csvgate_pulumi.kinds.labels import labels
from csvgate_pulumi.site import Site, Wanted


def topic(site: Site, wanted: Wanted, options: Any) -> Any:
    retention = wanted["retention"]
    return gcp.pubsub.Topic(
        str(wanted.key),
        name=wanted.key.name,
        message_retention_duration=None if retention is None else f"{retention}s",
        message_storage_policy=_stored_in(wanted.get("storage_regions")),
        kms_key_name=wanted.get("kms_key"),
        labels=labels(wanted),
        project=site.place.project,
        opts=options,
    )


def subscription(site: Site, wanted: Wanted, options: Any) -> Any:
    expires = wanted["expires"]
    return gcp.pubsub.Subscription(
        str(wanted.key),
        name=wanted.key.name,
        topic=site.made[Key("topic", wanted["topic"])].name,
        ack_deadline_seconds=wanted["ack_deadline"],
        message_retention_duration=f"{wanted['retention']}s",
        labels=labels(wanted),
        expiration_policy=gcp.pubsub.SubscriptionExpirationPolicyArgs(
            ttl="" if expires == "never" else expires
        ),
        project=site.place.project,
        opts=options,
    )


def _stored_in(regions: str | None) -> Any:
    if not regions:
        return None
    return gcp.pubsub.TopicMessageStoragePolicyArgs(allowed_persistence_regions=regions.split(","))
