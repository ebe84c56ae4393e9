"""Labels, and keys of Cloud KMS: settings that resources of many kinds may have or not."""

from typing import Any

from csvgate_ops.deploy.kinds.labels import as_mapping
from csvgate_pulumi.site import Wanted


def labels(wanted: Wanted) -> dict[str, str] | None:
    """Return the labels; None, which leaves them as they are, if the environment sets none."""
    text = wanted.get("labels")
    return None if text is None else as_mapping(text)


def encrypted(wanted: Wanted, taker: Any, name: str) -> Any:
    """Return `taker` with the path of the key as its argument `name`, or None without a key."""
    path = wanted.get("kms_key")
    return taker(**{name: path}) if path else None
