"""Contracts as a bundle, the form in which functions read them.

A function that read YAML files would import the YAML library and check every file at each cold
start.
"""

import json
from collections.abc import Iterable

from csvgate.contracts.bundle_format import FORMAT, contracts_in
from csvgate.contracts.hashing import from_json
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract


def make_bundle(contracts: Iterable[Contract]) -> bytes:
    """Return the bundle of these contracts, which is always the same for the same contracts: one
    line for each, in the order of their datasets.

    Defaults are left out, so that functions of an earlier version can read the contracts as long
    as none of them uses a property that is new.
    """
    lines = (
        json.dumps(
            contract.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            ensure_ascii=False,
            separators=(",", ":"),
            allow_nan=False,
        )
        for contract in sorted(contracts, key=lambda contract: contract.dataset)
    )
    body = ",\n".join(lines)
    return f'{{"format":{FORMAT},"contracts":[\n{body}\n]}}\n'.encode()


def read_bundle(bundle: bytes) -> Contracts:
    """Return the contracts of a bundle. Raises ValueError for any other bytes, and for a contract
    that this version does not understand."""
    return Contracts(from_json(json.dumps(contract)) for contract in contracts_in(bundle))
