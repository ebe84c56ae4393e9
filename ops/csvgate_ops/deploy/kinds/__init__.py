"""The registry of the kinds of resources, in the order in which they are created."""

from collections.abc import Iterator, Mapping
from typing import Final

from csvgate_ops.deploy.kinds import (
    account,
    agent,
    api,
    bucket,
    budget,
    custom_role,
    dataset,
    function,
    iap_service,
    kms_key,
    repository,
    scheduler_job,
    secret,
    subscription,
    topic,
    trigger,
    trigger_subscription,
    trigger_topic,
)
from csvgate_ops.deploy.kinds.iam import ROLES
from csvgate_ops.deploy.kinds.kind import Kind

_CREATION_ORDER: Final[tuple[Kind | str, ...]] = (
    api.KIND,
    agent.KIND,
    kms_key.KIND,
    account.KIND,
    custom_role.KIND,
    secret.KIND,
    secret.VERSION,
    repository.KIND,
    bucket.KIND,
    topic.KIND,
    subscription.KIND,
    dataset.KIND,
    ROLES,  # on everything above
    function.KIND,
    iap_service.KIND,
    trigger.KIND,
    trigger_subscription.KIND,
    trigger_topic.KIND,
    scheduler_job.KIND,
    budget.KIND,
)

KINDS: Final[Mapping[str, Kind]] = {e.name: e for e in _CREATION_ORDER if isinstance(e, Kind)}


def _headings() -> Iterator[str]:
    for entry in _CREATION_ORDER:
        if isinstance(entry, str):
            yield entry
            continue
        yield entry.heading
        if entry.iam is not None and entry.iam.heading != ROLES:
            yield entry.iam.heading


HEADINGS: Final = tuple(dict.fromkeys(_headings()))
"""The sections of a plan, in order."""
