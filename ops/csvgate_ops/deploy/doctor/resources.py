"""Each resource of the topology against the one that is there, field by field."""

import json
from collections.abc import Iterator

from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.delivery import special
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.doctor.words import CONSEQUENCES, name_of, with_consequence
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan.model import Fields, Key, Resource, Value

TOGETHER = ("api", "agent")
"""Kinds that make one check for all."""
BY_DEPLOY = ("function",)
"""What a single command cannot mend: it takes staged sources."""
DATA = ("bucket", "dataset")
SECONDS = ("ack_deadline", "retention", "timeout", "min_backoff", "max_backoff", "soft_delete")


def checks(facts: Facts) -> Iterator[Check]:
    yield _together(facts, "api", "APIs", "every command and function that uses it fails")
    yield _together(facts, "agent", "Google's service agents", "roles for it have no holder")
    for resource in facts.desired.resources:
        if resource.key.kind not in TOGETHER:
            yield _check(facts, resource)


def _together(facts: Facts, kind: str, about: str, consequence: str) -> Check:
    wanted = [r for r in facts.desired.resources if r.key.kind == kind]
    faults = tuple(
        Fault(f"{kind}.missing", f"{r.key.name} is not there: {consequence}", _made(facts, r))
        for r in wanted
        if r.key not in facts.observed.resources
    )
    return Check(about, f"all {len(wanted)}", faults)


def _check(facts: Facts, resource: Resource) -> Check:
    key = resource.key
    if waits := _waits_for(facts, key):
        return Check(name_of(key), skipped=waits)
    found = facts.observed.resources.get(key)
    if found is None:
        return Check(name_of(key), faults=(_missing(facts, resource),))
    return Check(name_of(key), "", (*_differences(facts, resource, found), *special(facts, key)))


def _waits_for(facts: Facts, key: Key) -> str:
    """The other fault that must be mended before anything can be said here."""
    api = KINDS[key.kind].api
    if Key("api", api) not in facts.observed.resources:
        return f"{api} is not enabled"
    if key.kind == "secret-version":
        above = Key("secret", key.name.partition("/")[0])
    elif key.kind == "trigger-subscription":
        above = Key("trigger", key.name)
    else:
        return ""
    return "" if above in facts.observed.resources else f"there is no {name_of(above)}"


def _missing(facts: Facts, resource: Resource) -> Fault:
    code = f"{resource.key.kind}.missing"
    said = with_consequence("is not there", CONSEQUENCES.get(code))
    if resource.key.kind == "secret-version":
        said = f"has no enabled version: {CONSEQUENCES[code]}"
    return Fault(code, said, _made(facts, resource))


def _made(facts: Facts, resource: Resource) -> tuple[str, ...]:
    key = resource.key
    if key.kind in BY_DEPLOY:
        return fixes.deploy(facts)
    if key.kind == "trigger-subscription":
        # Eventarc makes one with a trigger, and never again.
        above = Key("trigger", key.name)
        return fixes.made_again(facts, above, facts.observed.resources[above])
    return fixes.commands(facts, KINDS[key.kind].create(facts.desired.place, resource))


def _differences(facts: Facts, resource: Resource, found: Fields) -> Iterator[Fault]:
    key = resource.key
    for name, wanted in resource.fields.items():
        # A subscription is where its trigger is, whose own fault it would be.
        if found[name] == wanted or (key.kind, name) == ("trigger-subscription", "location"):
            continue
        code = f"{key.kind}.{name}"
        consequence = CONSEQUENCES.get(code)
        said = with_consequence(_said(name, found[name], wanted), consequence)
        if name in KINDS[key.kind].fixed and key.kind in DATA:
            said += "; it cannot be changed: move the data, or write what is there into deploy/env"
            yield Fault(code, said)
        else:
            yield Fault(code, said, _mended(facts, resource, found, name))


def _mended(facts: Facts, resource: Resource, found: Fields, name: str) -> tuple[str, ...]:
    kind, key = KINDS[resource.key.kind], resource.key
    if name in kind.fixed:
        return fixes.made_again(facts, key, found)
    if key.kind in BY_DEPLOY:
        return fixes.deploy(facts)
    changed = {name: resource.fields[name]}
    return fixes.commands(facts, kind.update(facts.desired.place, resource, changed))


def _said(name: str, found: Value, wanted: Value) -> str:
    if name == "environment":
        there, should = json.loads(str(found)), json.loads(str(wanted))
        names = sorted(n for n in there.keys() | should.keys() if there.get(n) != should.get(n))
        return f"other values of {', '.join(names)}"
    spelt = name.replace("_", " ")
    return f"{spelt} {_value(name, found)}, should be {_value(name, wanted)}"


def _value(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None or value == "":
        return "none"
    return f"{value} s" if name in SECONDS else str(value)
