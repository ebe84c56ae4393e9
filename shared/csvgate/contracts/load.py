"""Loads contracts from YAML files: either all of them are right, or every mistake is reported."""

from collections.abc import Callable, Iterable
from pathlib import Path as FilePath
from typing import Final

from csvgate.contracts.match import Contracts, overlaps
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import Complaint, ContractError, Mistake, Path, spell
from csvgate.contracts.reading.parse import parse
from csvgate.contracts.reading.yaml import Document, read_yaml
from csvgate.contracts.shared_tables import disagreements

_SUFFIXES: Final = (".yaml", ".yml")
Further = Callable[[Contract], Iterable[Complaint]]
"""Returns what else is wrong with a contract that has no other mistakes."""


def contract_files(folder: FilePath) -> list[FilePath]:
    """Return the YAML files of contracts in a folder, sorted, without those in folders inside it;
    none if the folder does not exist."""
    return sorted(p for p in folder.glob("*") if p.suffix in _SUFFIXES)


def load(path: FilePath, *, further: Further | None = None) -> Contract:
    """Return the contract in a file. Raises ContractError with all its mistakes, or OSError."""
    contract, mistakes, _ = _read(path, further=further)
    if contract is None or mistakes:
        raise ContractError(mistakes)
    return contract


def load_directory(
    path: FilePath, *, check_rules: bool = True, further: Further | None = None
) -> Contracts:
    """Return all contracts in a folder (`*.yaml`, `*.yml`), without those in folders inside it.

    `check_rules=False` is for contracts that were checked before and are only looked up: it leaves
    out the rules beyond the structure of a contract, and what they would import.

    Raises ContractError with every mistake in every file.
    """
    files = contract_files(path)
    if not files:
        raise ContractError([Mistake(str(path), None, "", "has no contracts (*.yaml)")])
    contracts: list[Contract] = []
    mistakes: list[Mistake] = []
    first: dict[str, FilePath] = {}
    for file in files:
        contract, wrong, document = _read(file, check_rules=check_rules, further=further)
        mistakes += wrong
        if contract is None:
            continue
        if contract.dataset in first:
            message = f"{contract.dataset!r} is also in {first[contract.dataset]}; rename one"
            mistakes.append(_mistake(file, document, ("dataset",), message))
            continue
        mistakes += [_mistake(file, document, *found) for found in overlaps(contract, contracts)]
        if check_rules:
            alike = disagreements(contract, contracts)
            mistakes += [_mistake(file, document, *found) for found in alike]
        first[contract.dataset] = file
        contracts.append(contract)
    if mistakes:
        raise ContractError(mistakes)
    return Contracts(contracts)


def _read(
    file: FilePath, *, check_rules: bool = True, further: Further | None = None
) -> tuple[Contract | None, list[Mistake], Document]:
    """The contract is None only if the structure of the file is wrong, not if it breaks rules."""
    document = read_yaml(file.read_bytes())
    mistakes = [Mistake(str(file), line, spell(path), m) for path, line, m in document.wrong]
    if document.data is None:
        return None, mistakes, document
    contract, found = parse(document, check_rules=check_rules)
    mistakes += [_mistake(file, document, *complaint) for complaint in found]
    if contract is not None and contract.dataset != file.stem:
        remedy = f"rename the file or write {file.stem}"
        message = f"{contract.dataset!r} differs from the file's name; {remedy}"
        mistakes.append(_mistake(file, document, ("dataset",), message))
    if contract is not None and not mistakes and further is not None:
        mistakes += [_mistake(file, document, *complaint) for complaint in further(contract)]
    mistakes.sort(key=lambda m: m.line or 0)
    return contract, mistakes, document


def _mistake(file: FilePath, document: Document, path: Path, message: str) -> Mistake:
    return Mistake(str(file), document.line(path), spell(path), message)
