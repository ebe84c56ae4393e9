"""desired × observed → the ordered list of commands that makes them equal. It calls nothing."""

import re
from collections.abc import Iterable, Iterator

from csvgate_ops.deploy.errors import DeployError
from csvgate_ops.deploy.kinds import KINDS, api, trigger_subscription
from csvgate_ops.deploy.plan import policies, watching
from csvgate_ops.deploy.plan.model import (
    Binding,
    ByHand,
    Command,
    Desired,
    Lookup,
    Observed,
    Place,
    Plan,
    Resource,
    Section,
    Stage,
    Step,
    Write,
)

_VARIABLE = re.compile(r"\$\{([A-Z_]+)\}")


class NotInPlace(DeployError):
    """A field that its service cannot change differs: it is for a person to decide."""


def plan(desired: Desired, observed: Observed) -> Plan:
    """Raises NotInPlace."""
    stages = [Stage(s.title, tuple(_section(desired.place, s, observed))) for s in desired.sections]
    # The first section enables the APIs.
    stages.insert(1, Stage("Metrics from the log", tuple(watching.metrics(desired, observed))))
    stages.append(Stage("What is watched", tuple(watching.the_rest(desired, observed))))
    stages.append(Stage("Roles that are not needed", tuple(_surplus(desired, observed))))
    return Plan(tuple(with_lookups(desired, (stage for stage in stages if stage.steps))))


def _section(place: Place, section: Section, observed: Observed) -> Iterator[Step]:
    apis = [i.key for i in section.items if isinstance(i, Resource) and i.key.kind == "api"]
    missing = [key.name for key in apis if key not in observed.resources]
    if missing:
        yield api.enable(place, missing)
    for item in section.items:
        if isinstance(item, Binding):
            if item not in observed.bindings:
                yield policies.grant(place, item)
        elif item.key.kind != "api":
            yield from _resource(place, item, observed)


def _resource(place: Place, resource: Resource, observed: Observed) -> Iterable[Step]:
    kind, found = KINDS[resource.key.kind], observed.resources.get(resource.key)
    if found is None:
        return kind.create(place, resource)
    changed = {n: v for n, v in resource.fields.items() if found[n] != v}
    for name in sorted(kind.fixed & changed.keys()):
        raise NotInPlace(
            f"{resource.key}: {name} is {found[name]!r} and should be {changed[name]!r}, which "
            "cannot be changed in place: delete it and deploy again, or write what is there into "
            "deploy/env or deploy/topology.yaml"
        )
    return kind.update(place, resource, changed) if changed else ()


def _surplus(desired: Desired, observed: Observed) -> Iterator[Step]:
    """Roles of ours that nothing asks for, and access for everybody."""
    wanted = set(desired.bindings)
    for binding in sorted(observed.bindings - wanted):
        if binding.member in desired.members or binding.member in policies.PUBLIC:
            yield policies.revoke(desired.place, binding)


def with_lookups(desired: Desired, stages: Iterable[Stage]) -> Iterator[Stage]:
    """Each variable is looked up in front of the first command that holds it."""
    known: set[str] = set()
    triggers = [r for r in desired.resources if r.key.kind == "trigger"]
    locations = {r.key.name: str(r.fields["location"]) for r in triggers}
    lookups = {"PROJECT_NUMBER": _project_number(desired.place)} | {
        trigger_subscription.variable(name): trigger_subscription.lookup(desired.place, name, where)
        for name, where in locations.items()
    }
    for stage in stages:
        steps: list[Step] = []
        for step in stage.steps:
            for name in variables(step):
                if name not in known:
                    known.add(name)
                    steps.append(lookups[name])
            if isinstance(step, Lookup):
                known.add(step.variable)
            steps.append(step)
        yield Stage(stage.title, tuple(steps))


def variables(step: Step) -> list[str]:
    """The names of the variables in a step's arguments, each once, in order."""
    if isinstance(step, ByHand | Write):
        return []
    return list(dict.fromkeys(_VARIABLE.findall(" ".join(step.argv))))


def _project_number(place: Place) -> Lookup:
    argv = ("gcloud", "projects", "describe", place.project, "--format=value(projectNumber)")
    return Lookup("PROJECT_NUMBER", argv)


def substituted(command: Command, values: dict[str, str]) -> tuple[str, ...]:
    """The argument vector with its variables filled in."""
    return tuple(_VARIABLE.sub(lambda found: values[found[1]], part) for part in command.argv)
