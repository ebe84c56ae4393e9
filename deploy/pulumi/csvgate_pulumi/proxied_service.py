"""The Cloud Run service of a function, as a Pulumi resource that puts it behind Identity-Aware
Proxy, or takes it out.

Deleting the resource does nothing: the service is deleted with its function.
"""

from typing import Any

from pulumi import ResourceOptions
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from csvgate_pulumi import service_proxy
from csvgate_pulumi.subscription_policies import authorised


class _Provider(ResourceProvider):  # type: ignore[misc]
    """Pulumi runs it in a process of its own, which imports this module."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(id_=props["service"], outs=_set(props))

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare with the service itself: a deploy of its function, or somebody else, may have
        switched the proxy off."""
        if olds["service"] != news["service"]:
            return DiffResult(changes=True, replaces=["service"])
        on = service_proxy.is_on(authorised(), news["service"])
        return DiffResult(changes=on is not news["iap"] or olds["source"] != news["source"])

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(outs=_set(news))


def _set(props: dict[str, Any]) -> dict[str, Any]:
    service_proxy.switch(authorised(), props["service"], on=props["iap"])
    return {key: props[key] for key in ("service", "iap", "source")}


class ProxiedService(Resource, module="csvgate", name="ProxiedService"):  # type: ignore[misc,call-arg]
    def __init__(
        self, name: str, *, service: str, iap: bool, source: str, options: ResourceOptions
    ) -> None:
        """`service` is the path of the service, and `source` the digest of the function's source:
        what a deploy of the function may change is set again after it."""
        props = {"service": service, "iap": iap, "source": source}
        super().__init__(_Provider(), name, props, options)
