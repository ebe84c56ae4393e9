"""The verdict of the overview: what needs the operator, the most urgent first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from csvgate.text import counted
from csvgate_ops.operate.breakers import BreakerState
from csvgate_ops.operate.dead_letters.actions.action import SelectionAction
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.groups import Group, groups
from csvgate_ops.operate.dead_letters.next_action import main_of
from csvgate_ops.operate.dead_letters.owners import of_operator


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that waits for the operator: an open breaker, or letters with the same code."""

    words: str
    """A clause without a period."""
    breaker: BreakerState | None = None
    group: Group | None = None
    action: SelectionAction | None = None
    """The action that the runbook names for the letters."""


@dataclass(frozen=True, slots=True)
class Verdict:
    things: tuple[Thing, ...]
    others: int
    """Letters that are not the operator's."""
    is_complete: bool
    """False if there may be more than was read."""

    @property
    def words(self) -> str:
        """The verdict in one line: `1 thing needs you: …`."""
        if not self.things:
            return "Nothing needs you." if self.is_complete else "Nothing that was read needs you."
        least = "" if self.is_complete else "At least "
        number, first = len(self.things), self.things[0].words
        if number == 1:
            return f"{least}1 thing needs you: {first}."
        return f"{least}{counted(number, 'thing')} need you. The first one: {first}."


def verdict(
    letters: Sequence[DeadLetter], breakers: Iterable[BreakerState], *, is_complete: bool = True
) -> Verdict:
    """Open breakers come first, because messages wait behind them and their letters have the same
    cause. Then come the operator's letters by code, those of uploads before others, because rows
    are missing, and the largest group first."""
    mine = of_operator(letters)
    things = [Thing(f"the breaker of {it.function} is open", breaker=it) for it in breakers]
    things += [_of_group(it) for it in sorted(groups(mine), key=lambda it: not it.uploads)]
    return Verdict(tuple(things), len(letters) - len(mine), is_complete)


def _of_group(group: Group) -> Thing:
    example = group.example
    what = counted(group.count, "letter")
    about = f" ({example.object_name})" if group.count == 1 and example.object_name else ""
    functions = " and ".join(sorted({letter.function for letter in group.letters}))
    words = f"{what} of {functions} with {group.key}{about}"
    if group.uploads > 1:
        words += f", from {counted(group.uploads, 'upload')}"
    return Thing(words, group=group, action=main_of(group.letters))
