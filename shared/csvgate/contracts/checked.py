"""Contracts as the deploy hands them to the functions: checked, and as JSON.

A function that read the YAML files would import the YAML library and read and check every file at
each cold start.
"""

from collections.abc import Iterable
from pathlib import Path

from csvgate.contracts.checked_lines import checked_lines, read_checked_lines
from csvgate.contracts.hashing import from_json, to_json
from csvgate.contracts.model import Contract


def checked_contracts(folder: Path, contracts: Iterable[Contract]) -> bytes:
    """Return the contents of CHECKED for a folder from which these contracts were loaded."""
    return checked_lines(folder, map(to_json, contracts))


def read_checked(folder: Path) -> list[Contract] | None:
    """Return the contracts in CHECKED. None if there is no such file, if it is damaged, or if it
    was made from other YAML files than those in the folder."""
    lines = read_checked_lines(folder)
    try:
        return None if lines is None else [*map(from_json, lines)]
    except ValueError:
        return None
