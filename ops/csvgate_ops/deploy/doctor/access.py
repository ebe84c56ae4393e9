"""Roles that are missing, roles that nothing asks for, and access for everybody."""

from collections.abc import Iterator

from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.doctor.words import ROLE_CONSEQUENCES, name_of, with_consequence
from csvgate_ops.deploy.plan import policies
from csvgate_ops.deploy.plan.model import Binding


def checks(facts: Facts) -> Iterator[Check]:
    yield _public(facts)
    for member in dict.fromkeys(b.member for b in facts.desired.bindings):
        yield _roles(facts, member)


def _public(facts: Facts) -> Check:
    opened = sorted(b for b in facts.observed.bindings if b.member in policies.PUBLIC)
    faults = tuple(
        Fault("access.public", f"{_place(b)} is open to {b.member} ({b.role})", _revoked(facts, b))
        for b in opened
    )
    return Check("public access", "none", faults)


def _roles(facts: Facts, member: str) -> Check:
    wanted = [b for b in facts.desired.bindings if b.member == member]
    asked = [b for b in wanted if _there(facts, b)]
    about = f"roles of {policies.who(member)}"
    if not asked:
        return Check(about, skipped="nothing that they are on is there")
    faults = [_missing(facts, b) for b in asked if b not in facts.observed.bindings]
    if member in facts.desired.members:
        surplus = facts.observed.bindings - set(wanted)
        faults += [_surplus(facts, b) for b in sorted(surplus) if b.member == member]
    return Check(about, str(len(asked)), tuple(faults))


def _there(facts: Facts, binding: Binding) -> bool:
    return binding.on.kind == "project" or binding.on in facts.observed.resources


def _missing(facts: Facts, binding: Binding) -> Fault:
    consequence = ROLE_CONSEQUENCES.get((binding.on.kind, policies.who(binding.member)))
    said = with_consequence(f"no {binding.role} on {_place(binding)}", consequence)
    fix = fixes.commands(facts, [policies.grant(facts.desired.place, binding)])
    return Fault("role.missing", said, fix)


def _surplus(facts: Facts, binding: Binding) -> Fault:
    said = f"{binding.role} on {_place(binding)}, which it does not need"
    return Fault("role.surplus", said, _revoked(facts, binding))


def _place(binding: Binding) -> str:
    return "the project" if binding.on.kind == "project" else name_of(binding.on)


def _revoked(facts: Facts, binding: Binding) -> tuple[str, ...]:
    return fixes.commands(facts, [policies.revoke(facts.desired.place, binding)])
