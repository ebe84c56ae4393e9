"""Reads the references of a contract's foreign keys from a folder instead of a bucket."""

from pathlib import Path

from csvgate.contracts.model import Contract
from csvgate.references.keys import KeySets, key_sets, referred_to, unchecked
from csvgate.runtime.errors import Permanent
from csvgate_ops.author.check.output import Unusable


def foreign_keys(contract: Contract, folder: Path | None) -> KeySets:
    """Return the key sets for `validate`. Without a folder every key is accepted. Raises
    Unusable."""
    if folder is None:
        return unchecked(contract)
    references: dict[str, bytes] = {}
    for name in sorted(referred_to(contract)):
        path = folder / contract.references[name].object
        try:
            references[name] = path.read_bytes()
        except OSError as error:
            raise Unusable(
                f"cannot read reference {name}: {path}: {error.strerror or error}"
            ) from error
    try:
        return key_sets(contract, references)
    except Permanent as error:
        raise Unusable(str(error)) from error


def left_out(contract: Contract, folder: Path | None) -> str | None:
    """Return a note on the foreign keys that are not checked without a folder, or None."""
    names = sorted(referred_to(contract))
    if folder is not None or not names:
        return None
    return f"foreign keys into {', '.join(names)} are not checked without --references DIR"
