"""Policies about locations, encryption and services."""

from collections.abc import Iterator
from typing import Final

from csvgate_ops.deploy.doctor.model import Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Context
from csvgate_ops.deploy.preflight.policies import locations
from csvgate_ops.deploy.preflight.policies.effective import EffectivePolicy
from csvgate_ops.deploy.preflight.policies.rule import ASK, Found, Rule, judged

_ENCRYPTED: Final = ("artifactregistry", "bigquery", "pubsub", "run", "storage")
"""Services that hold data and that can be created with a key of the customer."""


def _placed(context: Context) -> Iterator[tuple[str, str, str]]:
    """Yield what is created in a place, the place, and the setting that names it."""
    place = context.place
    yield "functions and images", place.region, "region"
    yield "buckets", place.bucket_location, "bucket_location"
    yield "datasets", place.bigquery_location, "bigquery_location"


def resource_locations(context: Context, policy: EffectivePolicy) -> Found:
    for what, location, setting in _placed(context):
        verdict = policy.allows(location, locations.includes)
        remedy = f"set `{setting}` in {context.file} to a location that the policy allows"
        yield from judged(policy, verdict, "policy.location", f"{what} in {location}", remedy)
    verdict = policy.allows("global", locations.includes)
    if verdict is None:
        yield f"whether {policy.constraint} allows `global` must be compared by hand"
    if verdict is False:
        yield from _secrets(context, policy)


def _secrets(context: Context, policy: EffectivePolicy) -> Found:
    """Secret Manager creates a secret with automatic replication only where `global` is allowed."""
    for name in context.names("secret"):
        describe = ("gcloud", "secrets", "describe", name, context.where)
        if "secretmanager.googleapis.com" in context.apis and answers.found(
            context.reader, describe
        ):
            continue
        create = (
            f"gcloud secrets create {name} --replication-policy=user-managed "
            f"--locations={context.place.region} {context.where}"
        )
        description = (
            f"{policy.constraint} refuses secret {name} with automatic replication: create it "
            "before the first deploy, with its locations"
        )
        yield Fault("policy.secret", description, (create,))


def encryption(context: Context, policy: EffectivePolicy) -> Found:
    for name in _ENCRYPTED:
        service = f"{name}.googleapis.com"
        verdict = policy.allows(service)
        remedy = f"set a key for {context.file}"
        what = f"resources of {service} without a key of your own"
        yield from judged(policy, verdict, "policy.encryption", what, remedy)


def services(context: Context, policy: EffectivePolicy) -> Found:
    refused = [api for api in context.names("api") if policy.allows(api) is False]
    undecided = [api for api in context.names("api") if policy.allows(api) is None]
    if refused:
        yield Fault("policy.service", f"{policy.constraint} refuses {', '.join(refused)}: {ASK}")
    if undecided:
        yield f"whether {policy.constraint} allows the APIs must be compared by hand"


RULES: Final = (
    Rule("gcp.resourceLocations", resource_locations),
    Rule("gcp.restrictNonCmekServices", encryption),
    Rule("gcp.restrictServiceUsage", services),
)
