"""The recipients of emails, by dataset, read without the rest of the contracts.

notify_stakeholders needs nothing else of a contract. Reading whole contracts, with the model and
every field type, took a sixth of the CPU time that its cold start adds to that of the server.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from csvgate.contracts.bundle_format import contracts_in

if TYPE_CHECKING:
    from csvgate.contracts.model import Contract

Recipients = Mapping[str, tuple[str, ...]]
"""The addresses for each outcome."""
_OUTCOMES: Final = ("completed", "rejected", "failed")


def recipients_by_dataset(contracts: "Iterable[Contract]") -> dict[str, Recipients]:
    """Return the recipients in each of the contracts."""
    return {
        contract.dataset: {name: getattr(contract.notify, name) for name in _OUTCOMES}
        for contract in contracts
    }


def recipients_in_bundle(bundle: bytes) -> dict[str, Recipients]:
    """Return the recipients in each contract of a bundle. Raises ValueError for any other bytes; it
    does not check the properties that it does not return."""
    contracts = contracts_in(bundle)
    found = dict(map(_of_contract, contracts))
    if len(found) < len(contracts):
        raise ValueError("two contracts have the same dataset name")
    return found


def recipients_in(text: str) -> tuple[str, Recipients]:
    """Return the dataset and the recipients of a contract that `to_json` has written. Raises
    ValueError for any other text; it does not check the properties that it does not return."""
    return _of_contract(json.loads(text))


def _of_contract(contract: object) -> tuple[str, Recipients]:
    if not isinstance(contract, dict):
        raise ValueError("not a contract")
    dataset, notify = contract.get("dataset"), contract.get("notify", {})
    if not isinstance(dataset, str) or not isinstance(notify, dict):
        raise ValueError("not a contract")
    return dataset, {name: _addresses(notify.get(name, [])) for name in _OUTCOMES}


def _addresses(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ValueError("not a list of addresses")
