"""Previews: what an action will do to the selected letters, for the confirmation page.

A preview fixes the letters. The job does what the confirmation page said, even if other letters
arrive in the meantime.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from csvgate.text import counted
from csvgate_ops.operate.console.jobs import Recipe
from csvgate_ops.operate.dead_letters.actions.action import SelectionAction, Skipped
from csvgate_ops.operate.dead_letters.context import NO_ROUTE, DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.next_action import main_action, other_actions

_MOST_KEPT: Final = 20
_READERS: Final = 8
_MOST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class Line:
    """The number of letters to which the same thing happens."""

    letters: int
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    action: SelectionAction
    letters: tuple[DeadLetter, ...]
    selection: str
    """How the letters were selected: `every letter with code x`."""
    affected: tuple[Line, ...]
    skipped: tuple[Line, ...]
    remarks: tuple[str, ...]
    """What to consider before."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def affected_count(self) -> int:
        """Letters to which something will be done, as far as that is known beforehand."""
        return sum(line.letters for line in self.affected)

    @property
    def replayed_count(self) -> int:
        """Letters that were replayed before and came back."""
        return sum(letter.replays > 0 for letter in self.letters)

    @property
    def recipe(self) -> Recipe:
        return Recipe(self.action.name, tuple((each.topic, each.id) for each in self.letters))

    @property
    def title(self) -> str:
        return self.action.titled(counted(self.affected_count, "letter"))


def preview(
    context: DeadLetterContext,
    action: SelectionAction,
    letters: Sequence[DeadLetter],
    selection: str,
) -> Preview:
    """Raises Transient and Permanent when the ledger is needed and cannot be read."""
    affected: Counter[str] = Counter()
    skipped: Counter[str] = Counter()

    def effect(letter: DeadLetter) -> tuple[Counter[str], str]:
        route = context.route_of(letter)
        if route is None:
            return skipped, NO_ROUTE
        try:
            action.check(letter)
            return affected, action.preview(context, letter, route)
        except Skipped as why:
            return skipped, str(why)

    with ThreadPoolExecutor(_READERS) as readers:
        for counter, words in readers.map(effect, letters):
            counter[words] += 1
    named = (main_action(letter) for letter in letters if action.applies_to(letter))
    remarks = (*other_actions(action, named), *action.remarks(context, letters))
    return Preview(action, tuple(letters), selection, _lines(affected), _lines(skipped), remarks)


def _lines(counter: Counter[str]) -> tuple[Line, ...]:
    """Return the most frequent texts. The others are summed up, because some reasons name an
    upload."""
    lines = [Line(count, words) for words, count in counter.most_common()]
    others = sum(line.letters for line in lines[_MOST_LINES:])
    more = [Line(others, "for other reasons, which the result will list")] if others else []
    return (*lines[:_MOST_LINES], *more)


class PendingPreviews:
    """Previews that wait for their confirmation."""

    def __init__(self) -> None:
        self._previews: dict[str, Preview] = {}

    def put(self, preview: Preview) -> None:
        self._previews[preview.id] = preview
        while len(self._previews) > _MOST_KEPT:
            self._previews.pop(next(iter(self._previews)), None)

    def take(self, preview_id: str) -> Preview | None:
        """Return a preview once, so that a form that is sent twice acts once."""
        return self._previews.pop(preview_id, None)
