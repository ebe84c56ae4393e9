"""A run of an action on dead letters: its options, its progress and its report."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Result = Literal["would be done", "done", "done before", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How an action is run. The default changes nothing."""

    dry_run: bool = True
    rate: float | None = None
    """The most letters per second; None for no limit."""
    on_progress: Callable[["Progress"], None] = lambda _: None
    """Called after each letter, from several threads but never from two at once."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set it to stop the run before the next letter."""
    reason: str = ""
    """Why the operator does it, for the audit log. Some actions require it."""


@dataclass(frozen=True, slots=True)
class Progress:
    seen: int
    """Letters read from the queues, including those that do not match the filter."""
    done: int
    """Letters with the result `done` or `done before`."""
    skipped: int
    failed: int

    @property
    def processed(self) -> int:
        return self.done + self.skipped + self.failed


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one letter."""

    letter: str
    """The letter's id."""
    function: str
    code: str
    upload: str
    result: Result
    detail: str = ""
    """Where the letter went, or why it stayed."""


@dataclass(frozen=True, slots=True)
class Report:
    run: str
    """Name of the run in the audit log; empty for a dry run."""
    action: str
    dry_run: bool
    stopped: bool
    """The run ended before it had looked at all letters."""
    outcomes: tuple[Outcome, ...]
    """The outcomes in the order in which the letters were processed."""

    def count(self, *results: Result) -> int:
        return sum(outcome.result in results for outcome in self.outcomes)
