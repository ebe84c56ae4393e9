"""What a project has, read through gcloud's listing commands; a few at a time."""

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from csvgate_ops.deploy.errors import DeployError
from csvgate_ops.deploy.kinds import KINDS, trigger
from csvgate_ops.deploy.kinds.kind import last
from csvgate_ops.deploy.monitoring import observe as monitoring
from csvgate_ops.deploy.monitoring.observe import Observed as Watched
from csvgate_ops.deploy.plan import policies
from csvgate_ops.deploy.plan.model import (
    PROJECT_NUMBER,
    Binding,
    Desired,
    Fields,
    Key,
    Observed,
    Place,
)
from csvgate_ops.deploy.run.gcloud import CommandFailed, JsonReader

AT_A_TIME = 4
A = TypeVar("A")
B = TypeVar("B")


class NoProject(DeployError):
    """The project is not there, or not for this account to see."""


def observe(desired: Desired, reader: JsonReader) -> Observed:
    """All that a plan compares with. Raises NoProject, CommandFailed."""
    place = desired.place
    number = _number(place, reader)
    apis = KINDS["api"].observe(place, reader, ())
    kinds = [name for name, kind in KINDS.items() if kind.api in apis or name == "api"]

    def resources(kind: str) -> list[tuple[Key, Fields]]:
        names = {r.key.name for r in desired.resources if r.key.kind == kind}
        found = KINDS[kind].observe(place, reader, names)
        return [(Key(kind, name), fields) for name, fields in found.items()]

    there = dict(_flat(each(resources, kinds)))
    names = _true_names(place, reader, there)

    def granted(on: Key) -> list[Binding]:
        return list(policies.read(place, on, reader, names))

    targets = dict.fromkeys(b.on for b in desired.bindings)
    present = [on for on in targets if on.kind == "project" or on in there]
    bindings = (_nameless(b, number) for b in _flat(each(granted, present)))
    return Observed(there, frozenset(bindings), _watched(place, reader, apis))


def _watched(place: Place, reader: JsonReader, apis: Mapping[str, Fields]) -> Watched:
    if not apis.keys() >= {"monitoring.googleapis.com", "logging.googleapis.com"}:
        return Watched()
    each(reader.read, monitoring.listings(place.project))
    return monitoring.observe(reader.read, place.project)


def each(call: Callable[[A], B], items: Iterable[A]) -> list[B]:
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(call, items))


def _flat(lists: Iterable[list[A]]) -> Iterable[A]:
    return (item for part in lists for item in part)


def _number(place: Place, reader: JsonReader) -> str:
    try:
        described = reader.read(("gcloud", "projects", "describe", place.project))
    except CommandFailed as error:
        raise NoProject(
            f"project {place.project} is not there, or not for you to see: `gcloud auth login`, "
            f"or `gcloud projects create {place.project}`, or correct deploy/env.\n{error}"
        ) from error
    return str(described["projectNumber"])


def _true_names(place: Place, reader: JsonReader, there: Mapping[Key, Fields]) -> Mapping[Key, str]:
    if not any(key.kind == "trigger-subscription" for key in there):
        return {}
    return {
        Key("trigger-subscription", last(item["name"])): trigger.subscription_of(item)
        for item in reader.read(trigger.listing(place))
    }


def _nameless(binding: Binding, number: str) -> Binding:
    """Service agents are named after the project's number, which plans leave open."""
    member = re.sub(rf"\bservice-{number}@", f"service-{PROJECT_NUMBER}@", binding.member)
    return replace(binding, member=member)
