"""Items that take turns at random, so that even a small file has each of them."""

import random
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Gives each of the items once, in a random order, before any of them comes again."""

    def __init__(self, items: Sequence[T], pick: random.Random) -> None:
        self._items: Final = items
        self._pick: Final = pick
        self._left: Final = list[T]()

    def next(self) -> T:
        if not self._left:
            self._left.extend(self._items)
            self._pick.shuffle(self._left)
        return self._left.pop()
