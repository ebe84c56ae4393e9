"""Compare what is desired with what was observed, and return the commands that make them equal.

Nothing is run here.
"""

from collections.abc import Iterable, Iterator

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.kinds import KINDS, trigger_subscription, trigger_topic
from csvgate_ops.deploy.kinds.iam import PUBLIC
from csvgate_ops.deploy.plan import (
    console,
    console_surplus,
    contracts,
    monitoring,
    policies,
    rollout,
    tables,
)
from csvgate_ops.deploy.plan.changes import (
    Change,
    as_stage,
    change,
    counts,
    differences,
    missing,
)
from csvgate_ops.deploy.plan.model import (
    VARIABLE,
    Binding,
    ByHand,
    Command,
    Desired,
    Effect,
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


class NotInPlace(DeployError):
    """A field differs that its service cannot change in place, so a person must decide."""


def plan(desired: Desired, observed: Observed, *, canary: int | None = None) -> Plan:
    """Return the plan after which the project has what is desired. `canary` is the share of the
    events, in percent, that new revisions of functions get; None for all. Raises
    NotInPlace, TablesRefused, NotRolledOut."""
    stages: list[tuple[str, list[Change]]] = []
    for section in desired.sections:
        if section.title == KINDS["function"].heading:
            # Before the functions that need the tables, which the present ones can still use.
            stages.append((tables.HEADING, list(tables.changes(desired, observed))))
            stages.append((contracts.HEADING, list(contracts.changes(desired, observed))))
        stages.append((section.title, list(_section(desired.place, section, observed, canary))))
    # Metrics come directly after the first section, which enables the APIs: Cloud Monitoring may
    # take ten minutes to know a metric that the alerts at the end refer to.
    stages.insert(1, ("Log-based metrics", list(monitoring.metrics(desired, observed))))
    stages.append((monitoring.HEADING, list(monitoring.all_but_metrics(desired, observed))))
    stages.append(("Roles that are not needed", list(_surplus(desired, observed))))
    made = (as_stage(title, changes) for title, changes in stages)
    every = [change for _, changes in stages for change in changes]
    items = len(desired.resources) + len(desired.bindings) + monitoring.items(desired)
    items += tables.items(desired, observed) + contracts.items(desired)
    unchanged = items - _kept_items(every)
    planned = with_lookups(desired, (each for each in made if each.steps))
    notes = tuple(console_surplus.notes(desired, observed))
    return Plan(tuple(planned), counts(every, unchanged), notes)


def _kept_items(changes: Iterable[Change]) -> int:
    """Return how many of the desired items the changes concern: what is deleted is not desired."""
    return sum(c.items for c in changes if c.effect is not Effect.DELETE)


def _section(
    place: Place, section: Section, observed: Observed, canary: int | None
) -> Iterator[Change]:
    together: dict[str, list[str]] = {}
    changes: list[Change] = []
    for item in section.items:
        if isinstance(item, Binding):
            if item not in observed.bindings:
                reason = f"{policies.short_name(item.member)} does not have {policies.role(item)}"
                changes.append(change(Effect.CREATE, [policies.grant(place, item)], [reason]))
        elif KINDS[item.key.kind].create_all and item.key not in observed.resources:
            together.setdefault(item.key.kind, []).append(item.key.name)
        else:
            changes += _resource(place, item, observed, canary)
    for kind, names in together.items():
        if create_all := KINDS[kind].create_all:
            reasons = [missing(KINDS[kind], name) for name in names]
            steps = [create_all(place, names)]
            yield change(Effect.CREATE, steps, reasons, items=len(names))
    yield from changes


def _resource(
    place: Place, resource: Resource, observed: Observed, canary: int | None
) -> Iterator[Change]:
    kind, found = KINDS[resource.key.kind], observed.resources.get(resource.key)
    name = resource.key.name
    if resource.key == console.KEY:
        canary = None  # an action that waits for its confirmation is in one instance only
    if found is None:
        steps = kind.create(place, resource)
        by_hand = any(isinstance(step, ByHand) for step in steps)
        effect = Effect.BY_HAND if by_hand else Effect.CREATE
        yield change(effect, steps, [missing(kind, name)])
        return
    changed = {n: v for n, v in resource.fields.items() if found[n] != v}
    for field in sorted(n for n in changed if kind.fields[n].fixed):
        raise NotInPlace(
            f"{resource.key}: {field} is {found[field]!r} and should be {changed[field]!r}, which "
            "cannot be changed in place. Delete it and deploy again, or write the present value "
            "into deploy/env or deploy/topology.yaml"
        )
    if changed:
        reason = list(differences(kind, name, changed, found))
        if kind is KINDS["function"]:
            resource = rollout.prepared(resource, found, canary)
            reason += rollout.remarks(name, found)
        yield change(Effect.CHANGE, kind.update(place, resource, changed), reason)
    elif kind is KINDS["function"]:
        yield from rollout.shared(place, name, found, canary)


def _surplus(desired: Desired, observed: Observed) -> Iterator[Change]:
    """Revoke roles of our accounts that nothing needs, access for everybody, and the access to the
    console of people who are not its members any more."""
    wanted = set(desired.bindings)
    not_members = set(console_surplus.access(desired, observed))
    ours = {*desired.members, console_surplus.account(desired, observed)}
    for binding in sorted(observed.bindings - wanted):
        who = policies.short_name(binding.member)
        if binding.member in PUBLIC:
            reason = f"{who} has {policies.role(binding)}, and nothing may be public"
        elif binding.member in ours:
            reason = f"{who} has {policies.role(binding)}, and does not need it"
        elif binding in not_members:
            reason = f"{who} has {policies.role(binding)}, and is not a member of the console"
        else:
            continue
        yield change(Effect.DELETE, [policies.revoke(desired.place, binding)], [reason])


def with_lookups(desired: Desired, stages: Iterable[Stage]) -> Iterator[Stage]:
    """Look up each variable before the first command that contains it."""
    known: set[str] = set()
    triggers = [r for r in desired.resources if r.key.kind == "trigger"]
    locations = {r.key.name: str(r.fields["location"]) for r in triggers}
    lookups = {"PROJECT_NUMBER": _project_number(desired.place)} | {
        trigger_subscription.variable(name): trigger_subscription.lookup(desired.place, name, where)
        for name, where in locations.items()
    }
    lookups |= {
        trigger_topic.variable(name): trigger_topic.lookup(desired.place, name, where)
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
    return list(dict.fromkeys(VARIABLE.findall(" ".join(step.argv))))


def _project_number(place: Place) -> Lookup:
    argv = ("gcloud", "projects", "describe", place.project, "--format=value(projectNumber)")
    return Lookup("PROJECT_NUMBER", argv)


def substituted(command: Command, values: dict[str, str]) -> tuple[str, ...]:
    """Return the argument vector with its variables filled in."""
    return tuple(VARIABLE.sub(lambda found: values[found[1]], part) for part in command.argv)
