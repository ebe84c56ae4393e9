"""Compare each desired resource with the observed one, field by field."""

import json
from collections.abc import Iterator

from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault, with_consequence
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.kinds.kind import Field, Fix, Kind, Symptom
from csvgate_ops.deploy.plan.changes import shown
from csvgate_ops.deploy.plan.model import Fields, Key, Resource, Value


def checks(facts: Facts) -> Iterator[Check]:
    for kind in KINDS.values():
        wanted = [r for r in facts.desired.resources if r.key.kind == kind.name]
        if kind.checked_together:
            yield _together(facts, kind, wanted)
        else:
            yield from (_check(facts, resource) for resource in wanted)


def _together(facts: Facts, kind: Kind, wanted: list[Resource]) -> Check:
    faults = tuple(
        _missing(facts, resource, f"{resource.key.name} ")
        for resource in wanted
        if resource.key not in facts.observed.resources
    )
    return Check(kind.checked_together, f"all {len(wanted)}", faults)


def _check(facts: Facts, resource: Resource) -> Check:
    key = resource.key
    kind, found = KINDS[key.kind], facts.observed.resources.get(key)
    subject = kind.name_for_people(key.name)
    if cause := _cause_elsewhere(facts, key):
        return Check(subject, skipped=cause)
    if found is None:
        return Check(subject, faults=(_missing(facts, resource),))
    faults = list(_differences(facts, resource, found))
    codes = {fault.code for fault in faults}
    faults += [f for f in _symptoms(facts, key, found) if f.code not in codes]
    return Check(subject, kind.state(found), tuple(faults))


def _cause_elsewhere(facts: Facts, key: Key) -> str:
    """Return the fault that must be fixed before this resource can be checked."""
    kind, resources = KINDS[key.kind], facts.observed.resources
    if Key("api", kind.api) not in resources:
        return f"{kind.api} is not enabled"
    whole = kind.part_of(key.name) if kind.part_of else key
    if whole == key or whole in resources:
        return ""
    return f"{KINDS[whole.kind].name_for_people(whole.name)} is missing"


def _missing(facts: Facts, resource: Resource, subject: str = "") -> Fault:
    key, kind = resource.key, KINDS[resource.key.kind]
    match kind.missing.fix:
        case Fix.COMMAND:
            fix = fixes.commands(facts, kind.create(facts.desired.place, resource))
        case Fix.REMAKE:
            fix = fixes.remake(facts, key)
        case _:
            fix = fixes.deploy(facts)
    description = f"{subject}{kind.missing.description}: {kind.missing.consequence}"
    return Fault(f"{kind.name}.missing", description, fix)


def _differences(facts: Facts, resource: Resource, found: Fields) -> Iterator[Fault]:
    kind = KINDS[resource.key.kind]
    for name, wanted in resource.fields.items():
        if found[name] == wanted:
            continue
        field = kind.fields[name]
        difference = _difference(name, field, found[name], wanted)
        description = with_consequence(difference, field.consequence)
        if field.fix is Fix.MOVE_DATA:
            description += (
                "; it cannot be changed: move the data, or write the present value into deploy/env"
            )
        yield Fault(f"{kind.name}.{name}", description, _fix(facts, resource, name))


def _fix(facts: Facts, resource: Resource, name: str) -> tuple[str, ...]:
    kind = KINDS[resource.key.kind]
    match kind.fields[name].fix:
        case Fix.COMMAND:
            changed = {name: resource.fields[name]}
            return fixes.commands(facts, kind.update(facts.desired.place, resource, changed))
        case Fix.DEPLOY:
            return fixes.deploy(facts)
        case Fix.REMAKE:
            return fixes.remake(facts, resource.key)
        case Fix.MOVE_DATA:
            return ()


def _symptoms(facts: Facts, key: Key, found: Fields) -> Iterator[Fault]:
    for symptom in KINDS[key.kind].symptoms:
        if description := symptom.find(key, facts.observed.resources):
            fix = _symptom_fix(facts, key, found, symptom)
            yield Fault(f"{key.kind}.{symptom.code}", f"{description}: {symptom.consequence}", fix)


def _symptom_fix(facts: Facts, key: Key, found: Fields, symptom: Symptom) -> tuple[str, ...]:
    if not isinstance(symptom.fix, Fix):
        return fixes.commands(facts, symptom.fix(facts.desired.place, key, found))
    return fixes.remake(facts, key) if symptom.fix is Fix.REMAKE else fixes.deploy(facts)


def _difference(name: str, field: Field, found: Value, wanted: Value) -> str:
    if field.shown == "variables":
        observed, desired = json.loads(str(found)), json.loads(str(wanted))
        names = observed.keys() | desired.keys()
        differing = sorted(n for n in names if observed.get(n) != desired.get(n))
        return f"{name} variables differ: {', '.join(differing)}"
    label = name.replace("_", " ")
    return f"{label} is {shown(field, found)}, should be {shown(field, wanted)}"
