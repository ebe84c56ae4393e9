"""The contracts of a deployment, and the lookup of the contract that an object belongs to."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from csvgate.contracts.common_names import common_name
from csvgate.contracts.globs import compile_glob
from csvgate.contracts.model import Contract

if TYPE_CHECKING:
    from csvgate.contracts.reading.mistakes import Complaints


class Contracts:
    """Contracts in the order of their dataset names; no two of them match the same object name.

    Raises ValueError if two have the same dataset name, or match a common object name: the contract
    of an upload must not depend on an order or on the length of patterns. `load_directory` reports
    the same with file and line.
    """

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._contracts = tuple(sorted(contracts, key=lambda c: c.dataset))
        self._by_dataset = {c.dataset: c for c in self._contracts}
        if len(self._by_dataset) < len(self._contracts):
            raise ValueError("two contracts have the same dataset name")
        for contract, others in self._pairs():
            for _, message in overlaps(contract, others):
                raise ValueError(f"contract {contract.dataset}: {message}")

    def for_object(self, name: str) -> Contract | None:
        """Return the contract whose `match` fits the object's name (without its bucket), if there
        is one."""
        for contract in self._contracts:
            if any(compile_glob(pattern).matches(name) for pattern in contract.match):
                return contract
        return None

    def for_dataset(self, dataset: str) -> Contract | None:
        """Return the contract with this name, if there is one."""
        return self._by_dataset.get(dataset)

    def __iter__(self) -> Iterator[Contract]:
        return iter(self._contracts)

    def __len__(self) -> int:
        return len(self._contracts)

    def _pairs(self) -> Iterator[tuple[Contract, tuple[Contract, ...]]]:
        return ((c, self._contracts[:i]) for i, c in enumerate(self._contracts))


def overlaps(contract: Contract, others: Iterable[Contract]) -> "Complaints":
    """Yield the patterns of `contract` that can match a name which another contract matches too."""
    for other in others:
        for i, mine in enumerate(contract.match):
            for theirs in other.match:
                name = common_name(mine, theirs)
                if name is not None:
                    yield (
                        ("match", i),
                        f"{mine!r} and {theirs!r} of contract {other.dataset} both match, for "
                        f"example, {name!r}; narrow one of them",
                    )
