"""Policies about buckets. storage.publicAccessPrevention refuses none of them."""

from typing import Final

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.doctor.model import Fault
from csvgate_ops.deploy.preflight.context import Context
from csvgate_ops.deploy.preflight.policies.effective import EffectivePolicy
from csvgate_ops.deploy.preflight.policies.rule import ASK, Found, Rule, switch_off


def uniform_access(context: Context, policy: EffectivePolicy) -> Found:
    buckets = context.topology.buckets
    refused = [name for name, bucket in buckets.items() if not bucket.uniform_access]
    if policy.enforced and refused:
        description = (
            f"{policy.constraint} refuses bucket {', '.join(refused)}: remove "
            "`uniform_access: false` in deploy/topology.yaml"
        )
        yield Fault("policy.uniform_access", description, switch_off(context, policy))


def retention(context: Context, policy: EffectivePolicy) -> Found:
    """If this list is limited, every bucket must have a retention policy of a listed duration."""
    if not policy.restricts:
        return
    names = topo.bucket_names(context.topology, context.place.project)
    refused = [
        names[key]
        for key, bucket in context.topology.buckets.items()
        if policy.allows(str(bucket.retention)) is False
    ]
    if refused:
        description = f"{policy.constraint} refuses the retention of {', '.join(refused)}: {ASK}"
        yield Fault("policy.retention", description)


RULES: Final = (
    Rule("storage.uniformBucketLevelAccess", uniform_access),
    Rule("storage.retentionPolicySeconds", retention),
)
