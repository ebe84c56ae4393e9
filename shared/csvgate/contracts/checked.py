"""Contracts as the deploy hands them to the functions: checked, and as JSON.

A function that read the YAML files would import the YAML library and read and check every file at
each cold start. The YAML files remain the source: the JSON names the SHA-256 of each of them, and
is ignored beside other files.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from csvgate.contracts.hashing import from_json, to_json
from csvgate.contracts.model import Contract

CHECKED: Final = "checked.jsonl"
"""The name of the file beside the YAML files. Its first line maps their names to their SHA-256, and
each further line is a contract."""
_SUFFIXES: Final = (".yaml", ".yml")


def contract_files(folder: Path) -> list[Path]:
    """Return the YAML files of contracts in a folder, sorted, without those in folders inside it;
    none if the folder does not exist."""
    return sorted(p for p in folder.glob("*") if p.suffix in _SUFFIXES)


def checked_contracts(folder: Path, contracts: Iterable[Contract]) -> bytes:
    """Return the contents of CHECKED for a folder from which these contracts were loaded."""
    lines = [json.dumps(_digests(folder)), *map(to_json, contracts)]
    return "".join(f"{line}\n" for line in lines).encode()


def read_checked(folder: Path) -> list[Contract] | None:
    """Return the contracts in CHECKED. None if there is no such file, if it is damaged, or if it
    was made from other YAML files than those in the folder."""
    try:
        text = (folder / CHECKED).read_bytes().decode()
        # Not `splitlines`, because JSON may contain the other line separators of Unicode.
        first, *lines = text.split("\n")[:-1]
        digests = json.loads(first)
        contracts = [from_json(line) for line in lines]
    except (OSError, ValueError):
        return None
    # Each file has one contract: a file that was cut off between two lines has too few.
    is_whole = digests == _digests(folder) and len(contracts) == len(digests)
    return contracts if is_whole else None


def _digests(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in contract_files(folder)
    }
