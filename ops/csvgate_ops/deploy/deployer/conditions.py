"""IAM conditions: which roles the deployer may grant, and which buckets reconcile may read."""

from collections.abc import Iterator, Sequence

from csvgate_ops.deploy.plan.model import Desired

MOST_ROLES = 10
"""IAM's limit on the roles that `hasOnly` compares with."""
_MODIFIED = 'api.getAttribute("iam.googleapis.com/modifiedGrantsByRole", [])'


def granted_roles(desired: Desired) -> list[str]:
    """Return the roles that a deploy grants on the project itself, whose policy could otherwise
    make the deployer an owner."""
    return sorted({b.role for b in desired.bindings if b.on.kind == "project"})


def may_grant(roles: Sequence[str]) -> str:
    """Return the condition that a change of a policy grants or revokes only these roles. One change
    may not mix roles of two groups; deploy grants them one by one."""
    return " || ".join(f"{_MODIFIED}.hasOnly([{group}])" for group in _groups(roles))


def _groups(roles: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(roles), MOST_ROLES):
        yield ", ".join(f'"{role}"' for role in roles[start : start + MOST_ROLES])


def in_buckets(names: Sequence[str]) -> str:
    """Return the condition that an object or bucket is one of these buckets or in one of them."""
    return " || ".join(
        f'resource.name == "projects/_/buckets/{name}" || '
        f'resource.name.startsWith("projects/_/buckets/{name}/")'
        for name in names
    )
