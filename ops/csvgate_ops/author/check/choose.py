"""Finds the contract of a file on disk: the one that would apply in the cloud."""

import shlex
from pathlib import Path, PurePath
from typing import Final

from csvgate.contracts.globs import compile_glob
from csvgate.contracts.load import contract_files, load, load_directory
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.contract.naming import dataset_name
from csvgate_ops.program import program

_MOST_DESCRIBED: Final = 4
"""Contracts whose `match` a message shows; of more, it shows the names."""
_MOST_NAMED: Final = 20


def load_one(path: Path, name: str | None) -> Contract:
    """Load a contract from a file.

    Raises Unusable when it has mistakes, or does not apply to uploads named `name`, if given.
    """
    try:
        contract = load(path)
    except (ContractError, OSError) as error:
        raise Unusable(str(error)) from error
    if name is not None and not any(compile_glob(p).matches(name) for p in contract.match):
        raise Unusable(f"{_described(contract)} does not apply to uploads named {name!r}")
    return contract


def choose(file: Path | None, contracts_dir: Path, name: str | None) -> Contract:
    """Find the contract in a folder whose `match` fits `name`, or the file's path if None.

    Raises Unusable when no contract fits, or several do.
    """
    if not contract_files(contracts_dir):
        draft = _draft(Path("FILE") if file is None else file, contracts_dir)
        raise Unusable(f"the folder {contracts_dir} has no contracts; draft the first one: {draft}")
    try:
        contracts = load_directory(contracts_dir)
    except (ContractError, OSError) as error:
        raise Unusable(str(error)) from error
    if name is not None or file is None:
        contract = contracts.for_object(name or "")
        if contract is None:
            none = _none(name or "-", contracts, contracts_dir)
            raise Unusable(f"{none}. Choose one with --contract PATH")
        return contract
    found = contract_and_name(file, contracts)
    if found is None:
        none = no_contract(file, contracts, contracts_dir)
        raise Unusable(f"{none}. Or choose one with --contract PATH")
    return found[0]


def file_of(contract: Contract, contracts_dir: Path) -> Path:
    """Return the file of a contract in a folder, which is named after it."""
    return next(f for f in contract_files(contracts_dir) if f.stem == contract.dataset)


def contract_and_name(file: Path, contracts: Contracts) -> tuple[Contract, str] | None:
    """Return the contract whose `match` fits the file's path, and the object name that fits; None
    if no contract does. Raises Unusable when several do.

    The path as given comes first, then the contract that `csvgate infer` writes for the file: the
    folder that a file is in may have the name of another contract by chance.
    """
    given, *others = _names(file)
    drafted = dataset_name(file)
    own = f"{drafted}/{(Path.cwd() / file).name}"
    if contracts.for_object(given[0]) is None:
        contract = contracts.for_object(own)
        if contract is not None and contract.dataset == drafted:
            return contract, own
    for names in (given, *others, [own]):
        fitting = {c.dataset: (c, n) for n in names if (c := contracts.for_object(n)) is not None}
        if len(fitting) == 1:
            return fitting.popitem()[1]
        if fitting:
            raise Unusable(_several(names, [contract for contract, _ in fitting.values()]))
    return None


def _names(file: Path) -> list[list[str]]:
    """Return object names that the path may stand for, the most likely first: the path as given,
    its last components, and the file's name with its folder."""
    given = [part for part in PurePath(file).parts if part not in (file.anchor, ".", "..")]
    tails = ["/".join(given[start:]) for start in range(1, len(given))]
    where = Path.cwd() / file
    return [["/".join(given)], tails, [f"{where.parent.name}/{where.name}"]]


def _described(contract: Contract) -> str:
    return f"contract {contract.dataset} ({', '.join(contract.match)})"


def _several(names: list[str], fitting: list[Contract]) -> str:
    found = "; ".join(map(_described, fitting))
    return (
        f"several contracts fit {names[0]!r} and its folders: {found}. "
        "Choose one with --contract PATH, or give the name of the upload with --as NAME"
    )


def _draft(file: Path, folder: Path) -> str:
    return f"{program()} infer {shlex.quote(str(file))} --out {shlex.quote(str(folder))}"


def no_contract(file: Path, contracts: Contracts, folder: Path) -> str:
    """Return a message about a file whose path no contract fits."""
    return (
        f"{_none(_names(file)[0][0], contracts, folder)}. Give the name of the upload with --as "
        f"NAME, or draft a contract for the file: {_draft(file, folder)}"
    )


def _none(tried: str, contracts: Contracts, folder: Path) -> str:
    found = sorted(contracts, key=lambda contract: contract.dataset)
    if len(found) > _MOST_DESCRIBED:
        names = ", ".join(contract.dataset for contract in found[:_MOST_NAMED])
        rest = len(found) - _MOST_NAMED
        more = f" and {rest} more" if rest > 0 else ""
        there = f"the contracts {names}{more}"
    else:
        there = "; ".join(map(_described, found))
    return f"no contract in the folder {folder} fits {tried!r}. It has {there}"
