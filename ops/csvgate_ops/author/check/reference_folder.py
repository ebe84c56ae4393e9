"""The references that a contract's foreign keys look into, from a folder instead of a bucket."""

from pathlib import Path

from csvgate.contracts.model import Contract
from csvgate.references.keys import KeySets, key_sets, referred_to, unchecked
from csvgate.runtime.errors import Permanent
from csvgate_ops.author.check.unusable import Unusable


def foreign_keys(contract: Contract, folder: Path | None) -> KeySets:
    """For `validate`; without a folder every key counts as there. Raises Unusable."""
    if folder is None:
        return unchecked(contract)
    references: dict[str, bytes] = {}
    for name in sorted(referred_to(contract)):
        path = folder / contract.references[name].object
        try:
            references[name] = path.read_bytes()
        except OSError as error:
            words = f"cannot read reference {name}: {path}: {error.strerror or error}"
            raise Unusable(words) from error
    try:
        return key_sets(contract, references)
    except Permanent as error:
        raise Unusable(str(error)) from error


def left_out(contract: Contract, folder: Path | None) -> str | None:
    """What is not checked for want of a folder."""
    names = sorted(referred_to(contract))
    if folder is not None or not names:
        return None
    return f"foreign keys into {', '.join(names)} are not checked: give --references DIR"
