"""Each kind of resource, by the name that keys have."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds import (
    account,
    agent,
    api,
    bucket,
    dataset,
    function,
    repository,
    secret,
    subscription,
    topic,
    trigger,
    trigger_subscription,
)
from csvgate_ops.deploy.kinds.kind import Kind

KINDS: Mapping[str, Kind] = {
    "api": api.KIND,
    "agent": agent.KIND,
    "account": account.KIND,
    "secret": secret.KIND,
    "secret-version": secret.VERSION,
    "repository": repository.KIND,
    "bucket": bucket.KIND,
    "topic": topic.KIND,
    "subscription": subscription.KIND,
    "dataset": dataset.KIND,
    "function": function.KIND,
    "trigger": trigger.KIND,
    "trigger-subscription": trigger_subscription.KIND,
}
