"""Roles on resources of every kind: the commands that grant and revoke one, and reading them."""

from collections.abc import Iterator

from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.kinds.iam import PROJECT
from csvgate_ops.deploy.kinds.kind import IamTarget, Reader
from csvgate_ops.deploy.plan.model import Binding, Command, Fields, Key, Place


def target(kind: str) -> IamTarget:
    """Return how roles are granted on a kind of resource, or on the project."""
    if kind == "project":
        return PROJECT
    found = KINDS[kind].iam
    if found is None:
        raise ValueError(f"roles are not granted on a {KINDS[kind].noun}")
    return found


def role(binding: Binding) -> str:
    """Return a binding's role and resource for people: `roles/run.invoker on function f`."""
    condition = " under its condition" if binding.condition else ""
    on = "the project" if binding.on.kind == "project" else binding.on
    return f"{binding.role} on {on}{condition}"


def grant(place: Place, binding: Binding) -> Command:
    argv = target(binding.on.kind).change(place, binding, grant=True)
    return Command(argv, f"grant {binding.role} on {binding.on} to {short_name(binding.member)}")


def revoke(place: Place, binding: Binding) -> Command:
    argv = target(binding.on.kind).change(place, binding, grant=False)
    why = f"revoke {binding.role} on {binding.on} from {short_name(binding.member)}"
    return Command(argv, why)


def read(place: Place, on: Key, found: Fields, reader: Reader) -> Iterator[Binding]:
    """Yield the roles granted on a resource that exists with the fields `found`."""
    return target(on.kind).read(place, on, found, reader)


def short_name(member: str) -> str:
    """Return a member of a policy as people know it: `csvgate-enrich`, `gcp-sa-pubsub`,
    `allUsers`."""
    name, _, domain = member.partition(":")[2].partition("@")
    return (domain.partition(".")[0] if "${" in name else name) or member
