"""The contracts in use as part of a plan: a bundle, and the pointer that names it."""

from collections.abc import Iterable, Iterator
from typing import Final

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import POINTER, bundle_name, digest_of, pointer_to
from csvgate_ops.deploy.contracts.model import METADATA, SHORT
from csvgate_ops.deploy.plan.changes import Change, change
from csvgate_ops.deploy.plan.model import Command, Desired, Effect, Observed, Place, Step, Write

HEADING: Final = "Contracts"
_JSON: Final = "--content-type=application/json"
_POINTER_FILE: Final = f"build/{POINTER}"


def changes(desired: Desired, observed: Observed) -> Iterator[Change]:
    """Yield the change after which the contracts are in use."""
    if not desired.contracts:
        return
    digest = digest_of(make_bundle(desired.contracts))
    current = observed.contracts[0] if observed.contracts else None
    if current and current.bundle == digest:
        return
    first = [_upload(desired, digest)]
    yield use(desired.place, desired.contracts_bucket, digest, observed, first)


def items(desired: Desired) -> int:
    """Return the number of items: the contracts in use are one."""
    return 1 if desired.contracts else 0


def use(
    place: Place, bucket: str, digest: str, observed: Observed, first: Iterable[Step] = ()
) -> Change:
    """Return the change that makes the pointer name a bundle which is in the bucket after the steps
    `first`. It fails if somebody else has changed the pointer since it was observed."""
    current = observed.contracts[0] if observed.contracts else None
    argv = (
        *("gcloud", "storage", "cp", _POINTER_FILE, f"gs://{bucket}/{POINTER}", _JSON),
        f"--custom-metadata={METADATA}={digest}",
        f"--if-generation-match={current.generation if current else 0}",
        f"--project={place.project}",
    )
    before = f"{current.short} → " if current else ""
    why = f"contracts in use: {before}{digest[:SHORT]}"
    steps = (*first, Write(_POINTER_FILE, pointer_to(digest)), Command(argv, why))
    reason = why if current else "no contracts are in use"
    return change(Effect.CHANGE if current else Effect.CREATE, steps, [reason])


def _upload(desired: Desired, digest: str) -> Command:
    """A bundle with this name has these bytes, so one that is there already is left alone."""
    name = bundle_name(digest)
    argv = (
        *("gcloud", "storage", "cp", f"build/{name}", f"gs://{desired.contracts_bucket}/{name}"),
        *("--no-clobber", _JSON, f"--project={desired.place.project}"),
    )
    return Command(argv, f"upload the contracts {digest[:SHORT]}")
