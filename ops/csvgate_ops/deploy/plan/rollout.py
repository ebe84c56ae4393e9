"""Roll functions out with a share of the events, promote them, and roll them back.

Each deploy of a function makes a revision of its Cloud Run service. A canary keeps the revision
that has all events, deploys, and then gives the new one a share. Consumers of messages come first,
and are rolled back last, so that nobody gets a message of a version that it cannot read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.kinds import KINDS, traffic
from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.plan.changes import Change, as_stage, change, counts
from csvgate_ops.deploy.plan.model import (
    Desired,
    Effect,
    Fields,
    Key,
    Observed,
    Place,
    Plan,
    Resource,
)

HEADING = "Traffic"


class NotRolledOut(DeployError):
    """A canary, a promotion or a rollback is impossible or unclear."""


def prepared(resource: Resource, found: Fields, canary: int | None) -> Resource:
    """Return a function that exists with what its update must know: the revision that has all
    events, and the share of the new one, in percent. Raises NotRolledOut."""
    name, before = resource.key.name, traffic.whole(found)
    more: dict[str, str | int] = {"before": before}
    if canary is not None:
        if not before:
            raise NotRolledOut(
                f"function {name}: no revision gets its events, so there is none to keep beside a "
                "canary; deploy without --canary"
            )
        if found["messages"] and found["messages"] != traffic.messages():
            raise NotRolledOut(
                f"function {name}: the deployed version and this one do not read each other's "
                "messages, so both cannot run at once; deploy without --canary, which replaces "
                "the consumers of messages first"
            )
        more["canary"] = canary
    return replace(resource, fields={**resource.fields, **more})


def remarks(name: str, found: Fields) -> Iterator[str]:
    """Yield what an update of the function changes about an unusual state of its traffic."""
    if state := traffic.state(found):
        yield f"function {name}: {state}"


def shared(place: Place, name: str, found: Fields, canary: int | None) -> Iterator[Change]:
    """Yield the change of the share of the latest revision, for a function that is deployed
    already: its canary has another share, was interrupted, or was rolled back."""
    if canary is None or not traffic.state(found):
        return
    before, latest = traffic.whole(found), str(found["latest"])
    if before != latest and traffic.shares(found).get(latest) != canary:
        steps = traffic.split(place, name, before, canary)
        yield change(Effect.CHANGE, steps, list(remarks(name, found)))


def observe(desired: Desired, reader: Reader) -> Observed:
    """Return the functions of a project, and nothing else of it. Raises CommandFailed."""
    kind = KINDS["function"]
    found = kind.observe(desired.place, reader, ())
    return Observed({Key(kind.name, name): fields for name, fields in found.items()})


def promotion(desired: Desired, observed: Observed) -> Plan:
    """Return the plan that gives all events to the latest revisions."""
    return _plan(
        change(Effect.CHANGE, [traffic.to_latest(desired.place, name)], list(remarks(name, found)))
        for name, found in _functions(desired, observed)
        if traffic.state(found)
    )


def rollback(desired: Desired, observed: Observed, only: Sequence[str] = ()) -> Plan:
    """Return the plan that gives all events to the revisions that had them before, of the functions
    `only` (names of the topology or of services). Without names these are the functions with a
    canary. Raises NotRolledOut."""
    every = dict(reversed(list(_functions(desired, observed))))
    names = [name.replace("_", "-") for name in only]
    for name in names:
        if name not in every:
            known = ", ".join(every) or "none"
            raise NotRolledOut(f"there is no deployed function {name}; deployed are: {known}")
    if not names:
        names = [name for name, found in every.items() if traffic.is_split(found)]
    if not names:
        raise NotRolledOut(_choice(every))
    return _plan(_return(desired, name, found) for name, found in every.items() if name in names)


def _return(desired: Desired, name: str, found: Fields) -> Change:
    before = _target(found)
    if not before:
        raise NotRolledOut(f"function {name}: no earlier revision is known that had all events")
    reason = f"function {name}: traffic: {found['traffic']} → {before}=100"
    return change(Effect.CHANGE, [traffic.keep(desired.place, name, before)], [reason])


def _target(found: Fields) -> str:
    """Return the revision to which a rollback gives all events; "" if it is unknown, or has them
    already."""
    before = traffic.whole(found) if traffic.is_split(found) else str(found["before"])
    return "" if traffic.shares(found) == {before: 100} else before


def _choice(every: dict[str, Fields]) -> str:
    lines = [
        f"  {name}: {found['traffic']}, before {_target(found) or 'nothing known'}"
        for name, found in every.items()
    ]
    head = "no canary is under way, so name the functions to roll back. These get their events now:"
    return "\n".join([head, *lines])


def _functions(desired: Desired, observed: Observed) -> Iterator[tuple[str, Fields]]:
    """Yield the functions that exist, consumers of messages before their publishers."""
    for resource in desired.resources:
        found = observed.resources.get(resource.key)
        if resource.key.kind == "function" and found is not None:
            yield resource.key.name, found


def _plan(changes: Iterator[Change]) -> Plan:
    made = list(changes)
    stages = (as_stage(HEADING, made),) if made else ()
    return Plan(stages, counts(made))
