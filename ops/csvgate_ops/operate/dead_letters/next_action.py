"""Which action the runbook names for letters, and which actions it makes sense to offer. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from csvgate.text import counted
from csvgate_ops.operate.dead_letters.actions import ACTIONS, SELECTION_ACTIONS
from csvgate_ops.operate.dead_letters.actions.action import Action, SelectionAction
from csvgate_ops.operate.dead_letters.actions.discard import DISCARD
from csvgate_ops.operate.dead_letters.actions.rejected_rows import VALIDATE_REJECTED_ROWS
from csvgate_ops.operate.dead_letters.actions.replay import REPLAY
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.owners import of_operator
from csvgate_ops.operate.runbook import CATALOGUE, owner_of
from csvgate_ops.operate.runbook.model import NextStep

_ACTIONS: Final[dict[NextStep, SelectionAction | None]] = {
    NextStep.REPLAY: REPLAY,
    NextStep.UPLOAD: DISCARD,
    NextStep.CORRECT: DISCARD,
    NextStep.REVALIDATE: DISCARD,
    NextStep.NONE: None,
}
"""Validating rejected rows again is not among them: the runbook names it for the case that the
contract was wrong, which only a person knows."""


def main_action(letter: DeadLetter) -> SelectionAction | None:
    """Return the action that the runbook names for the letter. A code that csvgate does not know is
    replayed, because its message may only have failed."""
    return DISCARD if letter.is_rejection else action_for(letter.code)


def action_for(code: str) -> SelectionAction | None:
    """Return the action that the runbook names for a code of an operator or an uploader."""
    return DISCARD if owner_of(code) == "uploader" else _ACTIONS[_step(code)]


def other_actions(
    action: SelectionAction, named: Iterable[SelectionAction | None]
) -> Iterator[str]:
    """Yield for how many letters the runbook names another action than this one. `named` are the
    actions that it names for the letters to which something will be done. Rejected rows are
    validated again if the contract was wrong, so nothing is said about that."""
    if action is VALIDATE_REJECTED_ROWS:
        return
    others = Counter(each.name for each in named if each not in (None, action))
    for name, number in others.most_common():
        yield f"For {counted(number, 'letter')}, the runbook names another action: {name}."


def main_of(letters: Iterable[DeadLetter]) -> SelectionAction | None:
    """Return the action that the runbook names for all letters of a selection; None if they differ.
    If some of the letters are the operator's, only those count."""
    found = list(letters)
    named = {main_action(letter) for letter in of_operator(found) or found}
    return named.pop() if len(named) == 1 else None


def is_sensible(action: Action, letter: DeadLetter) -> bool:
    """Return whether the action applies to the letter and may help: the replay of a message that
    csvgate did not send, or that was damaged, only brings the letter back."""
    if not action.applies_to(letter):
        return False
    return action is not REPLAY or _step(letter.code) is not NextStep.CORRECT


def offered_for(letter: DeadLetter) -> list[Action]:
    """Return the sensible actions for one letter, with the main action first."""
    found = [action for action in ACTIONS if is_sensible(action, letter)]
    return sorted(found, key=lambda action: action is not main_action(letter))


def offered_for_all(letters: Sequence[DeadLetter]) -> list[SelectionAction]:
    """Return the actions that are sensible for any letter of a selection, with the main action
    first."""
    main = main_of(letters)
    found = [a for a in SELECTION_ACTIONS if any(is_sensible(a, letter) for letter in letters)]
    return sorted(found, key=lambda action: action is not main)


def _step(code: str) -> NextStep:
    entry = CATALOGUE.get(code)
    return entry.next_step if entry else NextStep.REPLAY
