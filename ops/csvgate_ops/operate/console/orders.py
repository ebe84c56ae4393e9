"""What a person is about to do: the letters it means, and in words what will happen to them.

The letters are fixed here. A job does what its confirmation page said, whatever came meanwhile.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal

from csvgate.text import counted
from csvgate_ops.operate.dead_letters.actions.each import Skipped
from csvgate_ops.operate.dead_letters.actions.replay import sending
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

ActionName = Literal["replay", "discard", "rejected"]
VERBS: Final[dict[ActionName, str]] = {
    "replay": "Replay",
    "discard": "Discard",
    "rejected": "Validate again the rejected rows of",
}
_KEPT: Final = 20
_READERS: Final = 8
_MOST_LINES: Final = 12
_NOT_REJECTED: Final = "it does not tell of rejected rows: replay it as it is"


@dataclass(frozen=True, slots=True)
class Line:
    """So many letters, and where they go or why they stay."""

    letters: int
    words: str


@dataclass(frozen=True, slots=True)
class Order:
    action: ActionName
    letters: tuple[DeadLetter, ...]
    meant: str
    """How they were chosen, in words."""
    going: tuple[Line, ...]
    staying: tuple[Line, ...]
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def acting(self) -> int:
        """Letters that something will be done to, as far as can be told."""
        return sum(line.letters for line in self.going)

    @property
    def again(self) -> int:
        """Letters that were replayed before and came back."""
        return sum(letter.replays > 0 for letter in self.letters)

    @property
    def title(self) -> str:
        return f"{VERBS[self.action]} {counted(self.acting, 'letter')}"


def order(
    context: DeadLetterContext, action: ActionName, letters: Sequence[DeadLetter], meant: str
) -> Order:
    """Raises Transient and Permanent when the ledger cannot be asked where it has to be."""
    going: Counter[str] = Counter()
    staying: Counter[str] = Counter()
    with ThreadPoolExecutor(_READERS) as readers:
        for where, why in readers.map(lambda letter: _fate(context, action, letter), letters):
            (staying if why else going)[why or where] += 1
    return Order(action, tuple(letters), meant, _lines(going), _lines(staying))


def _lines(found: Counter[str]) -> tuple[Line, ...]:
    """The most frequent ones, and the others together: some reasons name an upload each."""
    lines = [Line(count, words) for words, count in found.most_common()]
    others = sum(line.letters for line in lines[_MOST_LINES:])
    more = [Line(others, "for other reasons, each named in the result")] if others else []
    return (*lines[:_MOST_LINES], *more)


def _fate(context: DeadLetterContext, action: ActionName, letter: DeadLetter) -> tuple[str, str]:
    """Where it goes, or why it stays."""
    if action == "discard":
        return f"leave {letter.subscription} for good", ""
    if action == "rejected":
        if not letter.is_rejection:
            return "", _NOT_REJECTED
        return f"have their rejected rows sent to gs://{context.buckets['uploads']} again", ""
    route = next((r for r in context.routes if r.review == letter.subscription), None)
    if route is None:
        return "", "its review subscription is not in the topology"
    if letter.data is None and route.is_storage and not letter.is_rejection:
        # Too large to be kept, so it cannot be told yet whether an event can be made of it.
        return f"go to {route.source_topic}, for {route.function}", ""
    try:
        sent = sending(letter, route, context)
        return f"go {sent.described}" + ("" if sent.restarts else f", for {route.function}"), ""
    except Skipped as why:
        return "", str(why)


class Orders:
    """Those that wait for a confirmation."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}

    def put(self, order: Order) -> None:
        self._orders[order.id] = order
        while len(self._orders) > _KEPT:
            self._orders.pop(next(iter(self._orders)), None)

    def take(self, order_id: str) -> Order | None:
        """Once: a form that is sent twice acts once."""
        return self._orders.pop(order_id, None)
