"""The flags with which a plan creates each kind.

A new flag may need a property in deploy/pulumi, also if it follows from no field: the readers of
these tests assert such constants.
"""

from collections.abc import Iterator

import pytest

from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan.model import Command, Desired
from unit.deploy.plan.environments import EXAMPLES, wanted, with_schedules

KNOWN = {
    "api": "",
    "agent": "--service --encryption_service_account",
    "kms-key": "",
    "account": "--display-name",
    "custom-role": "--title --permissions --stage",
    "secret": "--replication-policy --locations --labels",
    "secret-version": "",
    "repository": "--repository-format --kms-key --labels",
    "bucket": "--uniform-bucket-level-access --public-access-prevention --versioning "
    "--soft-delete-duration --retention-period --lifecycle-file --labels-file "
    "--default-encryption-key",
    "topic": "--message-retention-duration --message-storage-policy-allowed-regions --labels "
    "--topic-encryption-key",
    "subscription": "--topic --ack-deadline --message-retention-duration --expiration-period "
    "--labels",
    "dataset": "--dataset --description --label --default_kms_key",
    "function": "--gen2 --source --update-labels --runtime --entry-point --memory --cpu "
    "--concurrency --min-instances --max-instances --timeout --service-account "
    "--build-service-account --docker-repository --ingress-settings --kms-key --vpc-connector "
    "--clear-vpc-connector --egress-settings --set-build-env-vars --set-env-vars --set-secrets "
    # Without an event trigger; and nobody may call it but the members of its roles.
    "--clear-secrets --trigger-http --no-allow-unauthenticated "
    # Direct VPC egress.
    "--network --subnet --network-tags --vpc-egress "
    # The console.
    "--iap",
    "iap-service": "",
    "trigger": "--event-filters --transport-topic --destination-run-service "
    "--destination-run-region --service-account --labels",
    "trigger-subscription": "--ack-deadline --message-retention-duration --expiration-period "
    "--dead-letter-topic --max-delivery-attempts --min-retry-delay --max-retry-delay",
    "trigger-topic": "",
    "scheduler-job": "--schedule --time-zone --uri --http-method --headers --message-body "
    "--oidc-service-account-email --oidc-token-audience --attempt-deadline --max-retry-attempts",
    "budget": "--billing-account --display-name --budget-amount --threshold-rule --filter-projects",
}
"""Kind → the flags that deploy/pulumi has a property for."""
PLACE = {"--project", "--project_id", "--location", "--region"}


def flags(desired: Desired, kind: str) -> Iterator[str]:
    for resource in desired.resources:
        if resource.key.kind == kind:
            for step in KINDS[kind].create(desired.place, resource):
                argv = step.argv if isinstance(step, Command) else ()
                yield from (part.partition("=")[0] for part in argv if part.startswith("--"))


@pytest.mark.parametrize("kind", KINDS)
def test_pulumi_has_a_property_for_each_flag(kind: str) -> None:
    used = {
        flag
        for desired in (*map(wanted, EXAMPLES), with_schedules())
        for flag in flags(desired, kind)
    }
    assert set(KNOWN[kind].split()) == used - PLACE
