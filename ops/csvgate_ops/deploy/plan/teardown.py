"""Plan the removal of everything that `deploy` created. Data is removed only on request.

Data means buckets, datasets, secret values, and dead letters with their topics. What others in the
project may use stays: enabled APIs, keys, Google's service agents and their roles on the project
and on keys.
"""

from collections.abc import Iterator

from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.kinds.iam import ROLES
from csvgate_ops.deploy.kinds.kind import Kind, Phase
from csvgate_ops.deploy.plan import monitoring, policies
from csvgate_ops.deploy.plan.changes import Change, counts
from csvgate_ops.deploy.plan.model import (
    Binding,
    Desired,
    Effect,
    Key,
    Observed,
    Plan,
    Stage,
    Step,
)
from csvgate_ops.deploy.plan.planner import with_lookups


def teardown(desired: Desired, observed: Observed, *, delete_data: bool) -> Plan:
    removed = set(removable(desired, observed, delete_data=delete_data))
    # Alerts go first, because the removal of the rest would set them off.
    alerts = tuple(monitoring.removal(desired, observed))
    roles = tuple(_revocations(desired, observed, removed))
    stages = [Stage(monitoring.HEADING, alerts)]
    for phase in Phase:
        if phase is Phase.ACCOUNTS:
            stages.append(Stage(ROLES, roles))
        stages += _stages(phase, desired, observed, removed)
    planned = tuple(with_lookups(desired, (stage for stage in stages if stage.steps)))
    deleted = len(removed) + len(alerts) + len(roles)
    kept = sum(r.key in observed.resources for r in desired.resources) - len(removed)
    return Plan(planned, counts([Change(Effect.DELETE, (), deleted)], kept))


def removable(desired: Desired, observed: Observed, *, delete_data: bool) -> Iterator[Key]:
    """Yield what a teardown deletes. A bucket whose retention policy is locked is not among it:
    nobody can delete it."""
    for resource in desired.resources:
        key, removal = resource.key, KINDS[resource.key.kind].removal
        found = observed.resources.get(key)
        if removal is None or found is None or found.get("locked"):
            continue
        if delete_data or not removal.holds_data(key, desired.resources):
            yield key


def _stages(
    phase: Phase, desired: Desired, observed: Observed, removed: set[Key]
) -> Iterator[Stage]:
    for kind in reversed(tuple(KINDS.values())):
        if kind.removal is not None and kind.removal.phase is phase:
            steps = tuple(_deletions(kind, desired, observed, removed))
            yield Stage(kind.removal.heading, steps)


def _deletions(
    kind: Kind, desired: Desired, observed: Observed, removed: set[Key]
) -> Iterator[Step]:
    # In the reverse order of creation: whatever sends messages goes before what receives them.
    for resource in reversed(desired.resources):
        key = resource.key
        if kind.removal is not None and key.kind == kind.name and key in removed:
            yield from kind.removal.delete(desired.place, key, observed.resources[key])


def _revocations(desired: Desired, observed: Observed, removed: set[Key]) -> Iterator[Step]:
    for binding in sorted(observed.bindings):
        if binding.on not in removed and _granted_by_deploy(binding, desired):
            yield policies.revoke(desired.place, binding)


def _granted_by_deploy(binding: Binding, desired: Desired) -> bool:
    """Return whether deploy granted the role and nobody else needs it."""
    if binding.on.kind in ("project", "kms-key"):
        # Google's agents still need theirs, for example to read what stays encrypted.
        return binding.member in desired.members
    if KINDS[binding.on.kind].part_of is not None:
        return False  # The role goes with the resource that this one is part of.
    return binding.member in desired.members or binding in desired.bindings
