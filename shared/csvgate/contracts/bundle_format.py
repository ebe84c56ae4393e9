"""The objects in the bucket of contracts: bundles, which never change, and the pointer to one.

A bundle holds all contracts of a deploy as JSON and is named after its SHA-256. The pointer names
the bundle that is in use, so that a deploy or a rollback of contracts writes one small object and
rebuilds no function. The bucket keeps the earlier versions of the pointer.

This module does not import the model of a contract (`csvgate.contracts.bundle` does).
"""

import hashlib
import json
import re
from typing import Any, Final

POINTER: Final = "current.json"
"""The name of the pointer."""
CACHED: Final = "bundle.json"
"""The name of the bundle that the deploy puts into a function's folder of contracts."""
FORMAT: Final = 1
MAX_POINTER_BYTES: Final = 64 * 1024
MAX_BUNDLE_BYTES: Final = 8 * 1024 * 1024
"""Some 2,000 contracts of 4 KB: an instance reads a bundle at once and keeps it in memory."""
DIGEST: Final = re.compile("[0-9a-f]{64}")
"""A SHA-256 in hexadecimal digits."""


def bundle_name(digest: str) -> str:
    """Return the name of the object of a bundle."""
    return f"bundles/{digest}.json"


def digest_of(bundle: bytes) -> str:
    """Return the SHA-256 of a bundle as 64 hexadecimal digits."""
    return hashlib.sha256(bundle).hexdigest()


def contracts_in(bundle: bytes) -> list[Any]:
    """Return the contracts of a bundle as JSON values that are not checked. Raises ValueError if it
    is not a bundle of this format."""
    found = _document(bundle, "bundle").get("contracts")
    if not isinstance(found, list):
        raise ValueError("not a bundle of contracts")
    return found


def pointer_to(digest: str) -> str:
    """Return the contents of the object POINTER while this bundle is in use."""
    return json.dumps({"format": FORMAT, "bundle": digest})


def bundle_in_use(pointer: bytes) -> str:
    """Return the SHA-256 of the bundle that a pointer names. Raises ValueError if it is not a
    pointer of this format."""
    digest = _document(pointer, "pointer").get("bundle")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise ValueError("not a pointer to a bundle of contracts")
    return digest


def _document(text: bytes, what: str) -> dict[str, Any]:
    """Return a JSON object of this format. Fields that are unknown are left to later versions."""
    document = json.loads(text)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"not a {what} of format {FORMAT}")
    return document
