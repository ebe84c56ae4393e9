"""Eventarc triggers, and the policies of the subscriptions that Eventarc creates for them."""

from typing import Any

import pulumi_gcp as gcp

from csvgate_ops.deploy.kinds.kind import last_segment
from csvgate_ops.deploy.plan.model import Key
from csvgate_pulumi.kinds.labels import labels
from csvgate_pulumi.patched_subscription import PatchedSubscription
from csvgate_pulumi.site import Site, Wanted
from csvgate_pulumi.subscription_policies import FIELDS


def trigger(site: Site, wanted: Wanted, options: Any) -> Any:
    criteria = {"type": wanted["type"]}
    if wanted["bucket"]:
        criteria["bucket"] = wanted["bucket"]
    return gcp.eventarc.Trigger(
        str(wanted.key),
        name=wanted.key.name,
        location=wanted["location"],
        matching_criterias=[
            gcp.eventarc.TriggerMatchingCriteriaArgs(attribute=name, value=value)
            for name, value in criteria.items()
        ],
        destination=gcp.eventarc.TriggerDestinationArgs(
            cloud_run_service=gcp.eventarc.TriggerDestinationCloudRunServiceArgs(
                service=wanted["service"], region=site.place.region
            )
        ),
        labels=labels(wanted),
        transport=_transport(site, wanted["topic"]),
        service_account=wanted["service_account"],
        project=site.place.project,
        opts=options,
    )


def subscription_of(site: Site, name: str) -> Any:
    """Return the short name of the subscription that Eventarc created for a trigger."""
    return site.made[Key("trigger", name)].transport.apply(
        lambda transport: last_segment(transport.pubsub.subscription)
    )


def topic_of(site: Site, name: str) -> Any:
    """Return the short name of the topic that a trigger subscribes to."""
    return site.made[Key("trigger", name)].transport.apply(
        lambda transport: last_segment(transport.pubsub.topic)
    )


def topic(site: Site, wanted: Wanted, _options: Any) -> Any:
    """Return the topic that Eventarc created with a trigger: only roles are granted on it."""
    return topic_of(site, wanted.key.name)


def subscription(site: Site, wanted: Wanted, options: Any) -> Any:
    return PatchedSubscription(
        str(wanted.key),
        project=site.place.project,
        subscription=subscription_of(site, wanted.key.name),
        policies={name: wanted[name] for name in FIELDS},
        options=options,
    )


def _transport(site: Site, topic: str) -> Any:
    """Return the topic that the trigger subscribes to; Eventarc creates one for a bucket."""
    if not topic:
        return None
    return gcp.eventarc.TriggerTransportArgs(
        pubsub=gcp.eventarc.TriggerTransportPubsubArgs(
            topic=f"projects/{site.place.project}/topics/{topic}"
        )
    )
