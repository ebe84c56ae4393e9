"""Finds the contract of a file on disk: the one that would apply in the cloud."""

from pathlib import Path, PurePath

from csvgate.contracts.globs import compile_glob
from csvgate.contracts.load import load, load_directory
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.author.check.output import Unusable


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
    try:
        contracts = load_directory(contracts_dir)
    except (ContractError, OSError) as error:
        raise Unusable(str(error)) from error
    tiers = [[name]] if name is not None else _names(file) if file else []
    for names in tiers:
        fitting = {c.dataset: c for n in names if (c := contracts.for_object(n)) is not None}
        if len(fitting) == 1:
            return fitting.popitem()[1]
        if fitting:
            raise Unusable(_several(names, list(fitting.values())))
    raise Unusable(_none(tiers[0][0] if tiers else "-", contracts, contracts_dir, name))


def _names(file: Path) -> list[list[str]]:
    """Object names that the path may stand for, the most likely first: the path as given, its last
    components, and the file's name with its folder."""
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


def _none(tried: str, contracts: Contracts, folder: Path, name: str | None) -> str:
    there = "; ".join(map(_described, contracts))
    remedy = "" if name else ", or give the name of the upload with --as NAME"
    return (
        f"no contract in the folder {folder} fits {tried!r}. It has {there}. "
        f"Choose one with --contract PATH{remedy}"
    )
