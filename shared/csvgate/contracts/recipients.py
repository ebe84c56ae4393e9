"""The recipients of emails, by dataset, read without the rest of the contracts.

notify_stakeholders needs nothing else of a contract. Reading whole contracts, with the model and
every field type, took a sixth of the CPU time that its cold start adds to that of the server.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from csvgate.contracts.checked_lines import read_checked_lines

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


def read_checked_recipients(folder: Path) -> dict[str, Recipients] | None:
    """Return the recipients in CHECKED. None if there is no such file, if it is damaged, or if it
    was made from other YAML files than those in the folder."""
    lines = read_checked_lines(folder)
    try:
        found = None if lines is None else dict(map(recipients_in, lines))
    except ValueError:
        return None
    return found if found is None or len(found) == len(lines or ()) else None


def recipients_in(text: str) -> tuple[str, Recipients]:
    """Return the dataset and the recipients of a contract that `to_json` has written. Raises
    ValueError for any other text; it does not check the properties that it does not return."""
    contract = json.loads(text)
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
