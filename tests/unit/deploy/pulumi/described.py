"""What the Pulumi program registers, in the terms of a plan: resources with fields, and roles.

Each reader takes the properties of one type of pulumi-gcp. A property that nobody reads, and a type
without a reader, are errors: what Pulumi sets and gcloud does not must be seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from csvgate_ops.deploy.kinds.iam import CONDITION_TITLE
from csvgate_ops.deploy.plan.model import PROJECT_NUMBER, Binding, Key, Place, Resource
from unit.deploy.pulumi import monitoring_readers, readers
from unit.deploy.pulumi.properties import Properties

NUMBER = "314159265358"
"""The number of the project in the mocks."""
_ONLY_PULUMI = ("pulumi:providers:gcp",)


@dataclass(frozen=True)
class Registered:
    """A resource of the program. `after` are the names of those that it waits for."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    protect: bool
    after: tuple[str, ...]


@dataclass(frozen=True)
class Described:
    resources: Mapping[Key, Resource]
    bindings: tuple[Binding, ...]
    monitoring: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """Type → name → properties."""
    only_pulumi: tuple[Registered, ...]


def described(place: Place, recorded: Mapping[str, Any]) -> Described:
    registered = [Registered(**{**r, "after": tuple(r["after"])}) for r in recorded["resources"]]
    resources: list[Resource] = []
    bindings: list[Binding] = []
    monitoring: dict[str, dict[str, Mapping[str, Any]]] = {}
    only_pulumi = []
    for each in registered:
        kind = each.type
        properties = Properties(f"{kind} {each.name}", _without_number(each.inputs))
        if kind in monitoring_readers.MONITORING:
            name, body = monitoring_readers.MONITORING[kind](place, properties)
            monitoring.setdefault(kind, {})[name] = body
        elif kind in readers.ROLES:
            bindings.append(_binding(place, kind, properties))
        elif kind in _ONLY_PULUMI or each.name.startswith(("sources ", "source ")):
            only_pulumi.append(each)
            continue
        elif kind in readers.PARTS:
            part = readers.PARTS[kind](place, properties)
            whole = next(r for r in resources if r.key == part.key)
            assert whole.fields.items() >= {"source": part.fields["source"]}.items()
            at = resources.index(whole)
            resources[at] = Resource(whole.key, {**whole.fields, **part.fields})
        else:
            resources.append(readers.RESOURCES[kind](place, properties))
        properties.all_read()
    resources += _calls(place, recorded["calls"])
    keys = {r.key: r for r in resources}
    assert len(keys) == len(resources), "a resource is registered twice"
    return Described(keys, tuple(bindings), monitoring, tuple(only_pulumi))


def _calls(place: Place, calls: list[Any]) -> Iterator[Resource]:
    for call in calls:
        properties = Properties(call["token"], call["arguments"])
        if resource := readers.CALLS[call["token"]](place, properties):
            yield resource
        properties.all_read()


def _binding(place: Place, kind: str, properties: Properties) -> Binding:
    on = readers.ROLES[kind](place, properties)
    condition = properties.get("condition") or {}
    if condition:
        assert CONDITION_TITLE == condition["title"]
    role, member = properties["role"], properties["member"]
    return Binding(on, role, member, condition.get("expression", ""))


def _without_number(value: Any) -> Any:
    """Put the variable of plans in place of the project's number, and whole numbers in place of
    Pulumi's floats."""
    match value:
        case dict():
            return {name: _without_number(item) for name, item in value.items()}
        case list():
            return [_without_number(item) for item in value]
        case str():
            return value.replace(NUMBER, PROJECT_NUMBER)
        case float() if value.is_integer():
            return int(value)
    return value
