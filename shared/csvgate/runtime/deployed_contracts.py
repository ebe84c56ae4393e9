"""Loads the contracts that a function was deployed with."""

from pathlib import Path

from csvgate.contracts.checked import read_checked
from csvgate.contracts.match import Contracts
from csvgate.runtime.settings import Settings


def contracts(settings: Settings, source: Path, *, check_rules: bool = True) -> Contracts:
    """Return the contracts in the function's source folder, in the form that the deploy has written
    beside the YAML files, or from the YAML files where that is missing, as in a local cloud.

    `check_rules=False` is for a function that only looks contracts up: it reads YAML files without
    checking the rules again. Raises ContractError.
    """
    folder = source / settings.contracts_dir
    checked = read_checked(folder)
    if checked is not None:
        return Contracts(checked)
    # Without this import, a deployed function starts with 40 ms of CPU less.
    from csvgate.contracts.load import load_directory

    return load_directory(folder, check_rules=check_rules)
