"""What an environment asks of resources of many kinds: labels, keys and places of storage.

A setting that the environment does not contain is not a field of the desired resources, so it stays
as it is in the project.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from csvgate_ops.deploy.environment.model import Environment, KmsKeys
from csvgate_ops.deploy.kinds import KINDS, agent, kms_key, labels
from csvgate_ops.deploy.plan.model import Binding, Fields, Key, Resource, Value

_KEY_OF: Final[Mapping[str, str]] = {
    "bucket": "buckets",
    "topic": "topics",
    "dataset": "datasets",
    "repository": "functions",
    "function": "functions",
}
"""Kind → the property of `KmsKeys`. Images must have the same key as their functions."""
_AGENTS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "buckets": ("storage.googleapis.com",),
    "topics": ("pubsub.googleapis.com",),
    "datasets": ("bigquery.googleapis.com",),
    "functions": (
        "artifactregistry.googleapis.com",
        "cloudfunctions.googleapis.com",
        "eventarc.googleapis.com",
        "run.googleapis.com",
        "storage.googleapis.com",
    ),
}
"""Property of `KmsKeys` → the services whose agents encrypt and decrypt with that key."""


def apply(found: Iterable[Resource], environment: Environment) -> Iterator[Resource]:
    """Yield the resources with the fields that the environment sets."""
    for resource in found:
        yield replace(resource, fields={**resource.fields, **_fields(resource.key, environment)})


def _fields(key: Key, environment: Environment) -> Fields:
    fields: dict[str, Value] = {}
    if environment.labels is not None and "labels" in KINDS[key.kind].fields:
        fields["labels"] = labels.as_text(environment.labels)
    if path := _keys(environment).get(_KEY_OF.get(key.kind, "")):
        fields["kms_key"] = path
    if key.kind == "topic" and environment.message_storage_regions:
        fields["storage_regions"] = ",".join(sorted(environment.message_storage_regions))
    if key.kind == "secret" and environment.secret_locations:
        fields["locations"] = ",".join(sorted(environment.secret_locations))
    return fields


def keys(environment: Environment) -> Iterator[Resource]:
    for path in dict.fromkeys(_keys(environment).values()):
        yield Resource(Key("kms-key", path))


def agents(environment: Environment) -> Iterator[Resource]:
    """Yield the agents that are needed for nothing but the keys."""
    used = {api for purpose in _keys(environment) for api in _AGENTS_OF[purpose]}
    for api in agent.DOMAINS_FOR_KEYS:
        if api in used:
            yield Resource(Key("agent", api))


def roles_on_keys(environment: Environment) -> Iterator[Binding]:
    for purpose, path in _keys(environment).items():
        for api in _AGENTS_OF[purpose]:
            yield Binding(Key("kms-key", path), kms_key.ROLE, agent.member(api))


def _keys(environment: Environment) -> dict[str, str]:
    """Return the path of each key that is set, by what it encrypts."""
    return {name: path for name, path in environment.kms_key or KmsKeys() if path is not None}
