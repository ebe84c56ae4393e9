"""The file in which the deploy hands checked contracts to the functions: lines of JSON.

The YAML files beside it remain the source: the first line names the SHA-256 of each of them, and
the file is ignored beside other YAML files.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

CHECKED: Final = "checked.jsonl"
"""The name of the file. Its first line maps the names of the YAML files to their SHA-256, and each
further line is a contract."""
_SUFFIXES: Final = (".yaml", ".yml")


def contract_files(folder: Path) -> list[Path]:
    """Return the YAML files of contracts in a folder, sorted, without those in folders inside it;
    none if the folder does not exist."""
    return sorted(p for p in folder.glob("*") if p.suffix in _SUFFIXES)


def checked_lines(folder: Path, contracts: Iterable[str]) -> bytes:
    """Return the contents of CHECKED for a folder from which these contracts were loaded. Each of
    them is one line of JSON."""
    lines = [json.dumps(_digests(folder)), *contracts]
    return "".join(f"{line}\n" for line in lines).encode()


def read_checked_lines(folder: Path) -> list[str] | None:
    """Return the contracts in CHECKED, each as a line of JSON that is not parsed yet. None if there
    is no such file, if lines are missing, or if it was made from other YAML files than those in the
    folder."""
    try:
        text = (folder / CHECKED).read_bytes().decode()
        # Not `splitlines`, because JSON may contain the other line separators of Unicode.
        first, *lines = text.split("\n")[:-1]
        digests = json.loads(first)
    except (OSError, ValueError):
        return None
    # Each file has one contract: a file that was cut off between two lines has too few.
    is_whole = digests == _digests(folder) and len(lines) == len(digests)
    return lines if is_whole else None


def _digests(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in contract_files(folder)
    }
