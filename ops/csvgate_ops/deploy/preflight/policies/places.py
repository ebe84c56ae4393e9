"""Policies about locations, encryption and services."""

from collections.abc import Iterator, Mapping
from typing import Final

from csvgate_ops.deploy.doctor.model import Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Context
from csvgate_ops.deploy.preflight.policies import locations
from csvgate_ops.deploy.preflight.policies.effective import EffectivePolicy, Verdict
from csvgate_ops.deploy.preflight.policies.rule import ASK, Found, Rule, judged

_ENCRYPTED: Final[Mapping[str, str]] = {
    "artifactregistry.googleapis.com": "functions",
    "bigquery.googleapis.com": "datasets",
    "pubsub.googleapis.com": "topics",
    "run.googleapis.com": "functions",
    "storage.googleapis.com": "buckets",
}
"""Service → the setting under `kms_key` whose key encrypts its resources."""


def _placed(context: Context) -> Iterator[tuple[str, str, str]]:
    """Yield what is created in a place, the place, and the setting that names it."""
    place = context.place
    yield "functions and images", place.region, "region"
    yield "buckets", place.bucket_location, "bucket_location"
    yield "datasets", place.bigquery_location, "bigquery_location"
    for region in context.settings.message_storage_regions or ():
        yield "messages", region, "message_storage_regions"
    for region in context.settings.secret_locations or ():
        yield "secrets", region, "secret_locations"


def resource_locations(context: Context, policy: EffectivePolicy) -> Found:
    for what, location, setting in _placed(context):
        verdict = policy.allows(location, locations.includes)
        remedy = f"set `{setting}` in {context.file} to a location that the policy allows"
        yield from judged(policy, verdict, "policy.location", f"{what} in {location}", remedy)
    if context.settings.secret_locations:
        return
    verdict = policy.allows("global", locations.includes)
    if verdict is None:
        yield f"{policy.constraint} names groups whose contents are not known here: `global`"
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
        description = (
            f"{policy.constraint} refuses secret {name} with automatic replication: set "
            f"`secret_locations` in {context.file}, for example to [{context.place.region}]"
        )
        yield Fault("policy.secret", description)


def encryption(context: Context, policy: EffectivePolicy) -> Found:
    for service, setting in _ENCRYPTED.items():
        if setting in context.keys:
            continue
        remedy = f"set `kms_key.{setting}` in {context.file}"
        what = f"resources of {service} without a key of your own"
        yield from judged(policy, policy.allows(service), "policy.encryption", what, remedy)


def key_projects(context: Context, policy: EffectivePolicy) -> Found:
    for project in dict.fromkeys("/".join(key.split("/")[:2]) for key in context.keys.values()):
        verdict = policy.allows(project, _is_under)
        remedy = f"use a key of another project in {context.file}"
        yield from judged(policy, verdict, "policy.key_project", f"keys of {project}", remedy)


def _is_under(entry: str, project: str) -> Verdict:
    """Compare an entry with a project. Which projects a folder or an organization has is not
    known."""
    path = entry.removeprefix("under:").removeprefix("is:")
    return path == project if path.startswith("projects/") else None


def services(context: Context, policy: EffectivePolicy) -> Found:
    refused = [api for api in context.names("api") if policy.allows(api) is False]
    undecided = [api for api in context.names("api") if policy.allows(api) is None]
    if refused:
        yield Fault("policy.service", f"{policy.constraint} refuses {', '.join(refused)}: {ASK}")
    if undecided:
        listed = ", ".join(undecided)
        yield f"{policy.constraint} names groups of services: compare {listed} by hand"


RULES: Final = (
    Rule("gcp.resourceLocations", resource_locations),
    Rule("gcp.restrictNonCmekServices", encryption),
    Rule("gcp.restrictCmekCryptoKeyProjects", key_projects),
    Rule("gcp.restrictServiceUsage", services),
)
