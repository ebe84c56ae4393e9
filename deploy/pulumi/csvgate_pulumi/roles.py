"""Roles of one member on one resource. Roles that others have are left alone."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import pulumi_gcp as gcp

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.kinds import agent
from csvgate_ops.deploy.kinds.iam import CONDITION_TITLE
from csvgate_ops.deploy.plan.model import Binding, Key
from csvgate_ops.deploy.plan.policies import short_name
from csvgate_pulumi.kinds.trigger import subscription_of, topic_of
from csvgate_pulumi.site import Site

_On = Callable[[Site, str], tuple[Any, dict[str, Any]]]
"""Returns the class of the role, and the arguments that say what it is on."""


def _project(_site: Site, _name: str) -> tuple[Any, dict[str, Any]]:
    return gcp.projects.IAMMember, {}


def _account(site: Site, name: str) -> tuple[Any, dict[str, Any]]:
    path = f"projects/{site.place.project}/serviceAccounts/{site.place.email(name)}"
    return gcp.serviceaccount.IAMMember, {"service_account_id": path}


def _repository(site: Site, name: str) -> tuple[Any, dict[str, Any]]:
    where = {"repository": name, "location": site.place.region}
    return gcp.artifactregistry.RepositoryIamMember, where


def _function(site: Site, name: str) -> tuple[Any, dict[str, Any]]:
    return gcp.cloudrunv2.ServiceIamMember, {"name": name, "location": site.place.region}


def _proxy(site: Site, name: str) -> tuple[Any, dict[str, Any]]:
    where = {"cloud_run_service_name": name, "location": site.place.region}
    return gcp.iap.WebCloudRunServiceIamMember, where


def _key(site: Site, path: str) -> tuple[Any, dict[str, Any]]:
    """Keys may be in another project."""
    return gcp.kms.CryptoKeyIAMMember, {"crypto_key_id": site.made[Key("kms-key", path)]}


_ON: Final[Mapping[str, _On]] = {
    "project": _project,
    "kms-key": _key,
    "account": _account,
    "bucket": lambda _site, name: (gcp.storage.BucketIAMMember, {"bucket": name}),
    "topic": lambda _site, name: (gcp.pubsub.TopicIAMMember, {"topic": name}),
    "dataset": lambda _site, name: (gcp.bigquery.DatasetIamMember, {"dataset_id": name}),
    "secret": lambda _site, name: (gcp.secretmanager.SecretIamMember, {"secret_id": name}),
    "repository": _repository,
    "function": _function,
    "iap-service": _proxy,
    "subscription": lambda _site, name: (
        gcp.pubsub.SubscriptionIAMMember,
        {"subscription": name},
    ),
    "trigger-subscription": lambda site, name: (
        gcp.pubsub.SubscriptionIAMMember,
        {"subscription": subscription_of(site, name)},
    ),
    "trigger-topic": lambda site, name: (
        gcp.pubsub.TopicIAMMember,
        {"topic": topic_of(site, name)},
    ),
}
_WITHOUT_PROJECT: Final = ("kms-key", "account", "bucket")
"""The name of these is unique or contains the project."""


def grant(site: Site, binding: Binding, options: Any) -> Any:
    """Create the role of one member. Raises DeployError if roles on this kind of resource have no
    counterpart here."""
    kind = binding.on.kind
    if kind not in _ON:
        raise DeployError(
            f"{binding.role} on {binding.on}: deploy/pulumi does not grant roles on {kind}. Add it "
            "to csvgate_pulumi/roles.py"
        )
    taker, where = _ON[kind](site, binding.on.name)
    if kind not in _WITHOUT_PROJECT:
        where["project"] = site.place.project
    return taker(
        _name(binding),
        **where,
        role=binding.role,
        member=_member(site, binding.member),
        condition=_condition(taker, binding.condition),
        opts=options,
    )


def _member(site: Site, member: str) -> Any:
    """Return the member as Google knows it. Cloud Storage and BigQuery
    return the names of their agents themselves."""
    agents = {agent.member(api): found for api, found in site.agents.items()}
    return agents.get(member) or site.filled(member)


def _condition(taker: Any, expression: str) -> Any:
    if not expression:
        return None
    module = __import__(taker.__module__.rpartition(".")[0], fromlist=["_"])
    condition = getattr(module, f"{taker.__name__}ConditionArgs")
    return condition(title=CONDITION_TITLE, expression=expression)


def _name(binding: Binding) -> str:
    """Return a name that stays the same while the role does."""
    name = f"{binding.role} on {binding.on} to {short_name(binding.member)}"
    if not binding.condition:
        return name
    return f"{name} if {hashlib.sha256(binding.condition.encode()).hexdigest()[:8]}"
