"""Reads which contracts a project uses and has used, through gcloud.

Each version of the pointer (`csvgate.contracts.bundle_format`) is one deploy of contracts. Its
metadata repeats which bundle it names, so that one listing shows the whole history.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from csvgate.contracts.bundle import read_bundle
from csvgate.contracts.bundle_format import DIGEST, POINTER, bundle_name, digest_of
from csvgate.contracts.match import Contracts
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.contracts.model import METADATA, DeployedContracts
from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.run.gcloud import Finished, Runner


class NoBundle(DeployError):
    """A bundle is not what the bucket should have."""


def history(bucket: str, reader: Reader) -> tuple[DeployedContracts, ...]:
    """Return the deploys of contracts, latest first; none if there is no pointer. Raises
    CommandFailed."""
    listing = ("gcloud", "storage", "ls", f"gs://{bucket}/{POINTER}", "--all-versions", "--json")
    found = map(_deployed, reader.find(listing) or ())
    return tuple(sorted(found, key=lambda each: int(each.generation), reverse=True))


def _deployed(item: Mapping[str, Any]) -> DeployedContracts:
    version = item["metadata"]
    bundle = version.get("metadata", {}).get(METADATA, "")
    return DeployedContracts(
        bundle=bundle if DIGEST.fullmatch(bundle) else "",
        generation=version["generation"],
        at=datetime.fromisoformat(version["timeCreated"]),
    )


def contracts_of(bucket: str, digest: str, run: Runner) -> Contracts:
    """Return the contracts of a bundle in the bucket. Raises NoBundle."""
    uri = f"gs://{bucket}/{bundle_name(digest)}"
    # Not by a JsonReader, because the hash is that of the bytes.
    finished: Finished = run(("gcloud", "storage", "cat", uri))
    bundle = finished.stdout.encode()
    if finished.code:
        raise NoBundle(f"{uri} cannot be read: {finished.stderr.strip()}")
    if digest_of(bundle) != digest:
        raise NoBundle(f"{uri} is damaged: its SHA-256 is not the one that its name says")
    try:
        return read_bundle(bundle)
    except ValueError as error:
        raise NoBundle(
            f"{uri} has contracts that this version of csvgate does not understand: {error}"
        ) from error
