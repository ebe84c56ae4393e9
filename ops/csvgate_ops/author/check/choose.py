"""Which contract a file on disk belongs to: the one that it would belong to in the cloud."""

from pathlib import Path, PurePath

from csvgate.contracts.globs import compile_glob
from csvgate.contracts.load import load, load_directory
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.author.check.unusable import Unusable


def load_one(path: Path, name: str | None) -> Contract:
    """The contract in a file; with `name` only if it takes uploads of that name.

    Raises Unusable.
    """
    try:
        contract = load(path)
    except (ContractError, OSError) as error:
        raise Unusable(str(error)) from error
    if name is not None and not any(compile_glob(p).fullmatch(name) for p in contract.match):
        raise Unusable(f"{_described(contract)} does not take uploads named {name!r}")
    return contract


def choose(file: Path | None, contracts_dir: Path, name: str | None) -> Contract:
    """The contract of the folder whose `match` fits `name`, or without one the file's path.

    Raises Unusable when none fits, or several.
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
    """Object names that the path may stand for, the likeliest first: as it is given, its last
    components, the folder that it is in."""
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
        "Say which: --contract PATH, or --as NAME with the name of the upload"
    )


def _none(tried: str, contracts: Contracts, folder: Path, name: str | None) -> str:
    there = "; ".join(map(_described, contracts))
    remedy = "--contract PATH" if name else "--contract PATH, or --as NAME to upload it under"
    return f"no contract in {folder} fits {tried!r}. There is {there}. Say which: {remedy}"
