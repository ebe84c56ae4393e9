"""A subscription that Eventarc created, as a Pulumi resource that sets its policies.

Deleting the resource does nothing: Eventarc deletes the subscription with its trigger.
"""

from collections.abc import Mapping
from typing import Any

from pulumi import ResourceOptions
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from csvgate_pulumi import subscription_policies as policies


class _Provider(ResourceProvider):  # type: ignore[misc]
    """Pulumi runs it in a process of its own, which imports this module."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(id_=props["subscription"], outs=_set(props))

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare with the subscription itself, so that `pulumi up` also corrects what somebody
        else has changed."""
        if olds["subscription"] != news["subscription"]:
            return DiffResult(changes=True, replaces=["subscription"])
        project, name, wanted = _parts(news)
        return DiffResult(
            changes=bool(policies.differing(policies.authorised(), project, name, wanted))
        )

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(outs=_set(news))


def _set(props: dict[str, Any]) -> dict[str, Any]:
    project, name, wanted = _parts(props)
    policies.set_policies(policies.authorised(), project, name, wanted)
    return {key: props[key] for key in ("project", "subscription", "policies")}


def _parts(props: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Return project, subscription and policies. Pulumi turns whole numbers into floats."""
    wanted = {
        name: int(value) if isinstance(value, float) else value
        for name, value in props["policies"].items()
    }
    return props["project"], props["subscription"], wanted


class PatchedSubscription(Resource, module="csvgate", name="PatchedSubscription"):  # type: ignore[misc,call-arg]
    def __init__(
        self,
        name: str,
        *,
        project: str,
        subscription: Any,
        policies: Mapping[str, Any],
        options: ResourceOptions,
    ) -> None:
        """`policies` has the fields of the kind `trigger-subscription`."""
        props = {"project": project, "subscription": subscription, "policies": dict(policies)}
        super().__init__(_Provider(), name, props, options)
