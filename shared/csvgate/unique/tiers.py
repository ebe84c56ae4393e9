"""Few runs for many keys: eight of a size become one of the next."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, Protocol, TypeVar

from csvgate.unique.run import Lines, Words

FAN: Final = 8


class Searchable(Protocol):
    """A run, wherever it is."""

    @property
    def size(self) -> int: ...

    def find(self, first: Words, second: Words) -> Lines: ...

    def find_one(self, first: int, second: int) -> int: ...

    def close(self) -> None: ...


R = TypeVar("R", bound=Searchable)


class Tiers(Generic[R]):
    """Runs that have no key in common."""

    def __init__(self, merge: Callable[[Sequence[R]], R], most: int) -> None:
        """`merge` makes one of several; not of those that together have more than `most` keys."""
        self._merge: Final = merge
        self._most: Final = most
        self._tiers: list[list[R]] = [[]]

    @property
    def size(self) -> int:
        return sum(run.size for run in self)

    def __iter__(self) -> Iterator[R]:
        """The largest first."""
        for tier in reversed(self._tiers):
            yield from tier

    def add(self, run: R) -> None:
        """Call `tidy` after it: apart, so that a run is safe though a merge fails."""
        self._tiers[0].append(run)

    def tidy(self) -> None:
        for index, tier in enumerate(self._tiers):
            if len(tier) < FAN or sum(run.size for run in tier) > self._most:
                continue
            run = self._merge(tier)
            if index + 1 == len(self._tiers):
                self._tiers.append([])
            self._tiers[index + 1].append(run)
            for old in tier:
                old.close()
            tier.clear()

    def clear(self) -> None:
        for run in self:
            run.close()
        self._tiers = [[]]
