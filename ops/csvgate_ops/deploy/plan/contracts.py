"""The contracts in use as part of a plan: a bundle, and the pointer that names it."""

from collections.abc import Iterator
from typing import Final

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import POINTER, bundle_name, digest_of, pointer_to
from csvgate_ops.deploy.contracts.model import METADATA, SHORT
from csvgate_ops.deploy.plan.changes import Change, change
from csvgate_ops.deploy.plan.model import (
    Command,
    Desired,
    Effect,
    Observed,
    Place,
    Step,
    Write,
)

HEADING: Final = "Contracts"
_JSON: Final = "--content-type=application/json"
_POINTER_FILE: Final = f"build/{POINTER}"


def changes(desired: Desired, observed: Observed) -> Iterator[Change]:
    """Yield the change after which the contracts are in use, if they are not."""
    if not desired.contracts:
        return
    digest = digest_of(make_bundle(desired.contracts))
    if observed.contracts and observed.contracts[0].bundle == digest:
        return
    effect = Effect.CHANGE if observed.contracts else Effect.CREATE
    steps = (
        _upload(desired, digest),
        *use(desired.place, desired.contracts_bucket, digest, observed),
    )
    yield change(effect, steps, [reason(digest, observed)])


def items(desired: Desired) -> int:
    """Return the number of items that these contracts are, for the summary of a plan."""
    return 1 if desired.contracts else 0


def reason(digest: str, observed: Observed) -> str:
    """Return what differs: `contracts in use: 5025b32b26dc → 8a1f0c9e4b77`."""
    before = observed.contracts[0].short if observed.contracts else "none"
    return f"contracts in use: {before} → {digest[:SHORT]}"


def use(place: Place, bucket: str, digest: str, observed: Observed) -> Iterator[Step]:
    """Yield the steps that make the pointer name a bundle which is in the bucket. They fail if
    somebody else has changed the pointer since it was observed."""
    generation = observed.contracts[0].generation if observed.contracts else 0
    yield Write(_POINTER_FILE, pointer_to(digest))
    argv = (
        *("gcloud", "storage", "cp", _POINTER_FILE, f"gs://{bucket}/{POINTER}", _JSON),
        f"--custom-metadata={METADATA}={digest}",
        f"--if-generation-match={generation}",
        f"--project={place.project}",
    )
    yield Command(argv, f"use the contracts {digest[:SHORT]}", (reason(digest, observed),))


def _upload(desired: Desired, digest: str) -> Command:
    """A bundle with this name has these bytes, so one that is there already is left alone."""
    name = bundle_name(digest)
    argv = (
        *("gcloud", "storage", "cp", f"build/{name}", f"gs://{desired.contracts_bucket}/{name}"),
        *("--no-clobber", _JSON, f"--project={desired.place.project}"),
    )
    return Command(argv, f"upload the contracts {digest[:SHORT]}")
