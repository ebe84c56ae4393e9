"""Contracts out of YAML files: every mistake in every file at once, or contracts to rely on."""

import json
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from csvgate.contracts.check import check
from csvgate.contracts.explain import explain
from csvgate.contracts.match import Contracts, overlaps
from csvgate.contracts.mistakes import Complaint, ContractError, Mistake, Path, spell
from csvgate.contracts.model import Contract
from csvgate.contracts.read_yaml import Data, Document, read_yaml

_SUFFIXES = (".yaml", ".yml")


def load(path: FilePath) -> Contract:
    """The contract in a file. Raises ContractError with all its mistakes, OSError."""
    contract, mistakes, _ = _read(path)
    if contract is None or mistakes:
        raise ContractError(mistakes)
    return contract


def load_directory(path: FilePath) -> Contracts:
    """All contracts of a folder (`*.yaml`, `*.yml`; folders inside are not entered).

    Raises ContractError with all mistakes in all files.
    """
    files = sorted(p for p in path.glob("*") if p.suffix in _SUFFIXES) if path.is_dir() else []
    if not files:
        raise ContractError([Mistake(str(path), None, "", "has no contracts (*.yaml)")])
    contracts: list[Contract] = []
    mistakes: list[Mistake] = []
    first: dict[str, FilePath] = {}
    for file in files:
        contract, wrong, document = _read(file)
        mistakes += wrong
        if contract is None:
            continue
        if contract.dataset in first:
            twice = f"{contract.dataset!r} is also in {first[contract.dataset]}; rename one"
            mistakes.append(_mistake(file, document, ("dataset",), twice))
        else:
            mistakes += [_mistake(file, document, *found) for found in overlaps(contract, contracts)]
        first.setdefault(contract.dataset, file)
        contracts.append(contract)
    if mistakes:
        raise ContractError(mistakes)
    return Contracts(contracts)


def _read(file: FilePath) -> tuple[Contract | None, list[Mistake], Document]:
    """The contract where the file's structure is right, even if it breaks rules."""
    document = read_yaml(file.read_bytes())
    mistakes = [Mistake(str(file), line, spell(path), m) for path, line, m in document.wrong]
    if document.data is None:
        return None, mistakes, document
    contract, found = _validate(document)
    mistakes += [_mistake(file, document, *complaint) for complaint in found]
    if contract is not None and contract.dataset != file.stem:
        message = f"{contract.dataset!r} is not the file's name; rename the file or write {file.stem}"
        mistakes.append(_mistake(file, document, ("dataset",), message))
    mistakes.sort(key=lambda m: m.line or 0)
    return contract, mistakes, document


def _mistake(file: FilePath, document: Document, path: Path, message: str) -> Mistake:
    return Mistake(str(file), document.line(path), spell(path), message)


def _validate(document: Document) -> tuple[Contract | None, list[Complaint]]:
    known = [path for path, _, _ in document.wrong]
    try:
        contract = _parse(document.data)
        return contract, [c for c in check(contract) if not _covered(c[0], known)]
    except ValidationError as error:
        errors = error.errors(include_url=False)
    found = [f for f in explain(errors, document.data) if not _covered(f[0], known)]
    complaints = [(path, message) for path, message, _ in found]
    broken = known + [_unit(path) for path, _, kind in found if kind != "extra_forbidden"]
    contract = _salvage(document.data, [path for path, _, _ in found] + known)
    if contract is not None:
        complaints += [c for c in check(contract) if not _covered(c[0], broken)]
    return contract, complaints


def _parse(data: Data) -> Contract:
    # Through JSON, because pydantic is strict there about everything but lists for tuples: the
    # word `yes` is no truth value, and 1 no text.
    return Contract.model_validate_json(json.dumps(data), strict=True, by_alias=True, by_name=False)


def _salvage(data: Data, wrong: list[Path]) -> Contract | None:
    """The contract without the properties at fault, so that its rules are checked all the same;
    None when it is none without them."""
    rest: Any = json.loads(json.dumps(data))
    for path in wrong:
        while path and isinstance(path[-1], int):
            path = path[:-1]
        if not path:
            return None
        parent = rest
        for part in path[:-1]:
            try:
                parent = parent[part]
            except (KeyError, IndexError, TypeError):
                break
        else:
            if isinstance(parent, dict):
                parent.pop(path[-1], None)
    try:
        return _parse(rest)
    except ValidationError:
        return None


def _unit(path: Path) -> Path:
    """The part of a contract whose rules say nothing reliable while something in it is wrong:
    a field, a step, a reference; otherwise the place itself."""
    if path[:2] == ("schema", "fields"):
        return path[:3]
    return path[:2] if path[:1] in (("enrich",), ("references",)) else path


def _covered(path: Path, broken: list[Path]) -> bool:
    return any(path[: len(b)] == b for b in broken)
