"""The contract of a dataset."""

from pathlib import Path

from csvgate.contracts.load import load_directory
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.author.check.output import Unusable


def find(folder: Path, dataset: str) -> Contract:
    """Raises Unusable naming what there is."""
    try:
        contracts = load_directory(folder)
    except (ContractError, OSError) as error:
        raise Unusable(str(error)) from error
    found = contracts.for_dataset(dataset)
    if found is None:
        known = ", ".join(contract.dataset for contract in contracts)
        raise Unusable(f"no contract {dataset} in {folder}; there is {known}")
    return found
