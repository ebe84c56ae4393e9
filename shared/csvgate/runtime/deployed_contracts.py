"""Loads the contracts that a function was deployed with.

The deploy has written them beside the YAML files as JSON. Where that form is missing, as in a local
cloud, the YAML files are read.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from csvgate.contracts.recipients import (
    Recipients,
    read_checked_recipients,
    recipients_by_dataset,
)
from csvgate.runtime.settings import Settings

if TYPE_CHECKING:
    from csvgate.contracts.match import Contracts

# The imports in these functions save deployed functions CPU time at a cold start: the YAML library
# 40 ms, and the contract's model, which notify_stakeholders does not need, 20 ms.


def contracts(settings: Settings, source: Path) -> "Contracts":
    """Return the contracts in the function's source folder. Raises ContractError."""
    from csvgate.contracts.checked import read_checked
    from csvgate.contracts.match import Contracts

    folder = source / settings.contracts_dir
    checked = read_checked(folder)
    if checked is not None:
        return Contracts(checked)
    from csvgate.contracts.load import load_directory

    return load_directory(folder)


def recipients(settings: Settings, source: Path) -> Mapping[str, Recipients]:
    """Return the recipients of emails in the contracts in the function's source folder, by dataset.
    The rules of YAML files are not checked again. Raises ContractError."""
    folder = source / settings.contracts_dir
    checked = read_checked_recipients(folder)
    if checked is not None:
        return checked
    from csvgate.contracts.load import load_directory

    return recipients_by_dataset(load_directory(folder, check_rules=False))
