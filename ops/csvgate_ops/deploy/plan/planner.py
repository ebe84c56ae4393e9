"""Compare what is desired with what was observed, and return the commands that make them equal.

Nothing is run here.
"""

import re
from collections.abc import Iterable, Iterator

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.kinds import KINDS, trigger_subscription
from csvgate_ops.deploy.kinds.iam import PUBLIC
from csvgate_ops.deploy.plan import contracts, monitoring, policies, tables
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
    """A field differs that its service cannot change in place, so a person must decide."""


def plan(desired: Desired, observed: Observed) -> Plan:
    """Raises NotInPlace, TablesRefused."""
    stages = []
    for section in desired.sections:
        if section.title == KINDS["function"].heading:
            # Before the functions that need the tables, which the present ones can still use.
            stages.append(Stage(tables.HEADING, tuple(tables.steps(desired, observed))))
            stages.append(Stage(contracts.HEADING, tuple(contracts.steps(desired, observed))))
        stages.append(Stage(section.title, tuple(_section(desired.place, section, observed))))
    # Metrics come directly after the first section, which enables the APIs: Cloud Monitoring may
    # take ten minutes to know a metric that the alerts at the end refer to.
    stages.insert(1, Stage("Log-based metrics", tuple(monitoring.metrics(desired, observed))))
    stages.append(Stage(monitoring.HEADING, tuple(monitoring.all_but_metrics(desired, observed))))
    stages.append(Stage("Roles that are not needed", tuple(_surplus(desired, observed))))
    return Plan(tuple(with_lookups(desired, (stage for stage in stages if stage.steps))))


def _section(place: Place, section: Section, observed: Observed) -> Iterator[Step]:
    together: dict[str, list[str]] = {}
    steps: list[Step] = []
    for item in section.items:
        if isinstance(item, Binding):
            if item not in observed.bindings:
                steps.append(policies.grant(place, item))
        elif KINDS[item.key.kind].create_all and item.key not in observed.resources:
            together.setdefault(item.key.kind, []).append(item.key.name)
        else:
            steps += _resource(place, item, observed)
    for kind, names in together.items():
        if create_all := KINDS[kind].create_all:
            yield create_all(place, names)
    yield from steps


def _resource(place: Place, resource: Resource, observed: Observed) -> Iterable[Step]:
    kind, found = KINDS[resource.key.kind], observed.resources.get(resource.key)
    if found is None:
        return kind.create(place, resource)
    changed = {n: v for n, v in resource.fields.items() if found[n] != v}
    for name in sorted(n for n in changed if kind.fields[n].fixed):
        raise NotInPlace(
            f"{resource.key}: {name} is {found[name]!r} and should be {changed[name]!r}, which "
            "cannot be changed in place. Delete it and deploy again, or write the present value "
            "into deploy/env or deploy/topology.yaml"
        )
    return kind.update(place, resource, changed) if changed else ()


def _surplus(desired: Desired, observed: Observed) -> Iterator[Step]:
    """Revoke roles of our accounts that nothing needs, and access for everybody."""
    wanted = set(desired.bindings)
    for binding in sorted(observed.bindings - wanted):
        if binding.member in desired.members or binding.member in PUBLIC:
            yield policies.revoke(desired.place, binding)


def with_lookups(desired: Desired, stages: Iterable[Stage]) -> Iterator[Stage]:
    """Look up each variable before the first command that contains it."""
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
    """Return the names of the variables in a step's arguments, each once, in order."""
    if isinstance(step, ByHand | Write):
        return []
    return list(dict.fromkeys(_VARIABLE.findall(" ".join(step.argv))))


def _project_number(place: Place) -> Lookup:
    argv = ("gcloud", "projects", "describe", place.project, "--format=value(projectNumber)")
    return Lookup("PROJECT_NUMBER", argv)


def substituted(command: Command, values: dict[str, str]) -> tuple[str, ...]:
    """Return the argument vector with its variables filled in."""
    return tuple(_VARIABLE.sub(lambda found: values[found[1]], part) for part in command.argv)
