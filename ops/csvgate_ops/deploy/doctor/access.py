"""Roles that are missing, roles that nothing needs, and public access."""

from collections.abc import Iterator

from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault, with_consequence
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.kinds.iam import PUBLIC
from csvgate_ops.deploy.plan import policies
from csvgate_ops.deploy.plan.model import Binding, Key


def checks(facts: Facts) -> Iterator[Check]:
    yield _public(facts)
    for member in dict.fromkeys(b.member for b in facts.desired.bindings):
        yield _roles(facts, member)


def _public(facts: Facts) -> Check:
    public = sorted(b for b in facts.observed.bindings if b.member in PUBLIC)
    faults = tuple(
        Fault(
            "access.public",
            f"{_resource(b.on)} is open to {b.member} ({b.role})",
            _revocation(facts, b),
        )
        for b in public
    )
    return Check("public access", "none", faults)


def _roles(facts: Facts, member: str) -> Check:
    wanted = [b for b in facts.desired.bindings if b.member == member]
    grantable = [b for b in wanted if _exists(facts, b.on)]
    subject = f"roles of {policies.short_name(member)}"
    if not grantable:
        return Check(subject, skipped="the resources that they are granted on are missing")
    faults = [_missing(facts, b) for b in grantable if b not in facts.observed.bindings]
    if member in facts.desired.members:
        surplus = facts.observed.bindings - set(wanted)
        faults += [_surplus(facts, b) for b in sorted(surplus) if b.member == member]
    return Check(subject, str(len(grantable)), tuple(faults))


def _exists(facts: Facts, on: Key) -> bool:
    return on.kind == "project" or on in facts.observed.resources


def _missing(facts: Facts, binding: Binding) -> Fault:
    consequences = policies.target(binding.on.kind).consequences
    description = with_consequence(
        f"{binding.role} on {_resource(binding.on)} is missing",
        consequences.get(policies.short_name(binding.member), ""),
    )
    fix = fixes.commands(facts, [policies.grant(facts.desired.place, binding)])
    return Fault("role.missing", description, fix)


def _surplus(facts: Facts, binding: Binding) -> Fault:
    description = f"{binding.role} on {_resource(binding.on)} is not needed"
    return Fault("role.surplus", description, _revocation(facts, binding))


def _resource(on: Key) -> str:
    return "the project" if on.kind == "project" else KINDS[on.kind].name_for_people(on.name)


def _revocation(facts: Facts, binding: Binding) -> tuple[str, ...]:
    return fixes.commands(facts, [policies.revoke(facts.desired.place, binding)])
