"""What an action on dead letters declares: its names, its wording and the letters it applies to.

An action's module holds its declaration beside its function, and `actions.ACTIONS` lists it.
Everything else reads the declaration: `csvgate dlq` builds the subcommand from it, the console its
buttons and its confirmation page, and a run its entries in the audit log.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.routes import Route
from csvgate_ops.operate.dead_letters.runs import Report, RunOptions


class Skipped(Exception):
    """The message says why nothing can be done to this letter, after `1 letter will stay:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    name: str
    """Names the action in the audit log, in reports and in forms: `replay`."""
    verb: str
    """Past tense, recorded for each letter in the audit log: `replayed`."""
    is_repeatable: bool = True
    """Two runs may do it to the same letter, because the second time changes nothing."""
    is_destructive: bool = False
    """Its buttons warn."""
    applies_to: Callable[[DeadLetter], bool] = lambda _: True
    """True if it is offered for a letter."""
    otherwise: str = ""
    """Why a run skips the letters to which it does not apply. Without this text the action is not
    offered for them, but it can be done."""
    page: str = ""
    """Last part of the address of its page in the console, for an action on one letter only."""

    @property
    def label(self) -> str:
        return self.name.capitalize()

    def check(self, letter: DeadLetter) -> None:
        """Raises Skipped for a letter to which the action does not apply."""
        if self.otherwise and not self.applies_to(letter):
            raise Skipped(self.otherwise)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionAction(Action):
    """An action on all letters that a filter selects."""

    run: Callable[[DeadLetterContext, Filter, RunOptions], Report]
    preview: Callable[[DeadLetterContext, DeadLetter, Route], str]
    """What would happen to a letter, after `it will`: `leave the queue for good`. It has to be
    quick, because a confirmation page calls it for every letter. Raises Skipped, Transient."""
    remarks: Callable[[DeadLetterContext, Sequence[DeadLetter]], Iterable[str]] = (
        lambda _context, _letters: ()
    )
    """What the dry run warns of, for a whole selection, in full sentences for the confirmation
    page. Its reads must not grow with the number of letters. Raises Transient."""
    title: str
    """The heading of its confirmation page and of its job: `Replay {letters}`."""
    command: str
    """The subcommand of `csvgate dlq`."""
    flag: str = ""
    """The option that selects this action instead of the subcommand's own: `--rejected-rows`."""
    summary: str
    """One line of help: of the subcommand in the list of commands, or of the flag."""
    help: str = ""
    """What the subcommand's help says above its options; nothing for a flag."""
    explanation: str
    """What the confirmation page says about the consequences."""
    needs_reason: bool = False
    paced: bool = True
    """The confirmation page asks for a maximum rate."""
    warns_of_replayed: bool = False
    """The confirmation page warns about letters that were replayed before and came back."""

    def titled(self, letters: str) -> str:
        return self.title.format(letters=letters)
