"""One function for each kind of resource, which creates it with pulumi-gcp.

The names of the kinds and of their fields are those of `csvgate_ops.deploy.kinds`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from csvgate_pulumi.kinds import (
    bucket,
    budget,
    dataset,
    foundation,
    function,
    identity,
    messages,
    repository,
    scheduler,
    secret,
    trigger,
)
from csvgate_pulumi.site import Site, Wanted

Create = Callable[[Site, Wanted, Any], Any]
"""Gets the desired resource and the resource options; returns the Pulumi resource, or the output of
a call."""

CREATE: Final[Mapping[str, Create]] = {
    "api": foundation.api,
    "agent": foundation.agent,
    "kms-key": foundation.kms_key,
    "account": identity.account,
    "custom-role": identity.custom_role,
    "secret": secret.secret,
    "secret-version": secret.version,
    "repository": repository.repository,
    "bucket": bucket.bucket,
    "topic": messages.topic,
    "subscription": messages.subscription,
    "dataset": dataset.dataset,
    "function": function.function,
    "iap-service": function.proxy,
    "trigger": trigger.trigger,
    "trigger-subscription": trigger.subscription,
    "trigger-topic": trigger.topic,
    "scheduler-job": scheduler.job,
    "budget": budget.budget,
}
