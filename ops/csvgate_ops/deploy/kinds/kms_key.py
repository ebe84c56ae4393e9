"""Keys of Cloud KMS that an environment names. A person creates them; deploy only lets Google's
service agents use them.

A key is named by its path: projects/P/locations/L/keyRings/R/cryptoKeys/K. It may be in another
project.
"""

from collections.abc import Mapping
from typing import Final

from csvgate_ops.deploy.kinds.iam import GcloudPolicy
from csvgate_ops.deploy.kinds.kind import Kind, Missing, Names, Reader
from csvgate_ops.deploy.plan.model import ByHand, Fields, Place, Resource, Step

_GROUP = ("gcloud", "kms", "keys")
_HEADING = "Encryption keys"
ROLE: Final = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
API: Final = "cloudkms.googleapis.com"


def location(path: str) -> str:
    """Return where a key is: a region, or a location such as `europe` or `global`."""
    return path.split("/")[3]


def create(place: Place, resource: Resource) -> list[Step]:
    """Ask a person to create the key."""
    path = resource.key.name
    _, project, _, where, _, ring, _, name = path.split("/")
    flags = (f"--keyring={ring}", f"--location={where}", "--purpose=encryption")
    argv = (*_GROUP, "create", name, *flags, f"--project={project}")
    check = (*_describe(place, path), "--format=value(primary.state)")
    why = f"key {path} does not exist, or its primary version is not enabled"
    return [ByHand(argv, check, "ENABLED", why, reads_file=False)]


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    """Return those of these keys that can encrypt."""
    described = {path: reader.find(_describe(place, path)) for path in sorted(names)}
    return {
        path: {}
        for path, item in described.items()
        if item is not None and item.get("primary", {}).get("state") == "ENABLED"
    }


def policy(place: Place, path: str) -> tuple[str, ...]:
    """Return the command that prints the roles on a key."""
    return (*_GROUP, "get-iam-policy", path, f"--project={place.project}")


def _describe(place: Place, path: str) -> tuple[str, ...]:
    return (*_GROUP, "describe", path, f"--project={place.project}")


_NOT_ENCRYPTED = "resources with the key cannot be created, read or written"
AGENTS: Final = (
    "gs-project-accounts",
    "gcp-sa-pubsub",
    "gcp-sa-artifactregistry",
    "gcp-sa-eventarc",
    "gcf-admin-robot",
    "serverless-robot-prod",
    "bigquery-encryption",
)
KIND = Kind(
    name="kms-key",
    noun="encryption key",
    heading=_HEADING,
    api=API,
    create=create,
    observe=observe,
    fields={},
    missing=Missing(_NOT_ENCRYPTED, description="does not exist, or is not enabled"),
    # Before the resources that are encrypted.
    iam=GcloudPolicy(_GROUP, heading=_HEADING, consequences=dict.fromkeys(AGENTS, _NOT_ENCRYPTED)),
    removal=None,
)
