"""Check which contracts a project uses."""

from collections.abc import Iterator

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import digest_of
from csvgate.text import counted
from csvgate_ops.deploy.contracts.model import SHORT
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.plan.model import Key


def checks(facts: Facts) -> Iterator[Check]:
    bucket = facts.desired.contracts_bucket
    if not facts.desired.contracts:
        return
    subject, deploys = "contracts in use", facts.observed.contracts
    if Key("bucket", bucket) not in facts.observed.resources:
        yield Check(subject, skipped=f"bucket {bucket} is missing")
        return
    fix = (f"csvgate contracts deploy {facts.environment}",)
    digest = digest_of(make_bundle(facts.desired.contracts))
    if not deploys:
        description = f"gs://{bucket} names none: the functions process no event"
        yield Check(subject, faults=(Fault("contracts.missing", description, fix),))
    elif deploys[0].bundle != digest:
        description = (
            f"{deploys[0].short} since {deploys[0].at:%Y-%m-%d %H:%M} UTC, but those in this "
            f"folder are {digest[:SHORT]}: they were changed or rolled back"
        )
        yield Check(subject, faults=(Fault("contracts.differ", description, fix),))
    else:
        number = counted(len(facts.desired.contracts), "contract")
        yield Check(subject, f"{digest[:SHORT]}, {number}")
