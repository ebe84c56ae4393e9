"""One item that a plan changes, with its steps, and why."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from csvgate_ops.deploy.kinds.kind import Field, Kind
from csvgate_ops.deploy.plan.model import Command, Effect, Fields, Stage, Step, Value
from csvgate_ops.text import printable


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan does with an item. `items` is their number if one command does it for several."""

    effect: Effect
    steps: tuple[Step, ...]
    items: int = 1


def change(
    effect: Effect, steps: Iterable[Step], reason: Sequence[str], *, items: int = 1
) -> Change:
    """Return a change whose commands carry the reason, one printable line for each item of it."""
    lines = tuple(map(printable, reason))
    carrying = (replace(s, reason=lines) if isinstance(s, Command) else s for s in steps)
    return Change(effect, tuple(carrying), items)


def as_stage(title: str, changes: Iterable[Change]) -> Stage:
    return Stage(title, tuple(step for change in changes for step in change.steps))


def counts(changes: Iterable[Change], unchanged: int = 0) -> Mapping[Effect, int]:
    """Return the number of items by effect, in the order of `Effect`. All effects are included."""
    found: Counter[Effect] = Counter({Effect.NOTHING: unchanged})
    for each in changes:
        found[each.effect] += each.items
    return {effect: found[effect] for effect in Effect}


def missing(kind: Kind, name: str) -> str:
    """Return the reason for creating a resource."""
    description = kind.missing.description
    does_not_exist = "does not exist" if description == "is missing" else description
    return f"{kind.name_for_people(name)} {does_not_exist}"


def differences(kind: Kind, name: str, wanted: Fields, found: Fields) -> Iterator[str]:
    """Yield a line for each field that differs: `function enrich-records: memory: 2Gi → 4Gi`."""
    subject = kind.name_for_people(name)
    for field, value in wanted.items():
        if found[field] != value:
            for line in _difference(field, kind.fields[field], found[field], value):
                yield f"{subject}: {line}"


def shown(field: Field, value: Value) -> str:
    """Return a field's value for people: `on`, `none`, `60 s`, or as it is."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None or value == "":
        return "none"
    return f"{value} s" if field.shown == "seconds" else str(value)


def _difference(name: str, field: Field, found: Value, wanted: Value) -> Iterator[str]:
    label = name.replace("_", " ")
    if field.shown != "variables":
        yield f"{label}: {shown(field, found)} → {shown(field, wanted)}"
        return
    before, after = json.loads(str(found)), json.loads(str(wanted))
    for variable in sorted(before.keys() | after.keys()):
        if before.get(variable) != after.get(variable):
            old, new = (shown(Field(), each.get(variable)) for each in (before, after))
            if variable not in after:
                # Somebody set it by hand, perhaps to a password, and plans are read by many.
                old = "a hidden value"
            yield f"{label} variable {variable}: {old} → {new}"
