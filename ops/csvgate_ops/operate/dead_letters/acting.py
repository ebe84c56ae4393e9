"""How an action is to be done, and what came of it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Action = Literal["replay", "edit", "discard", "replay rejected rows", "export", "reveal"]
Result = Literal["would be done", "done", "done before", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter."""

    letter: str
    """Its id."""
    function: str
    code: str
    upload: str
    result: Result
    detail: str = ""
    """Where it went, or why it did not."""


@dataclass(frozen=True, slots=True)
class Progress:
    seen: int
    """Letters looked at, matching or not."""
    done: int
    """Done, or done before."""
    skipped: int
    failed: int


@dataclass(frozen=True, slots=True)
class Acting:
    """Nothing is changed while `dry_run`."""

    dry_run: bool = True
    rate: float | None = None
    """Letters a second at most."""
    on_progress: Callable[[Progress], None] = lambda _: None
    """Called after each letter, from several threads but never two at once."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set it to end between letters."""
    reason: str = ""
    """Why, in the operator's words; a discard needs it."""


@dataclass(frozen=True, slots=True)
class Report:
    run: str
    """Name of the run in the audit trail; empty for a dry run."""
    action: Action
    dry_run: bool
    stopped: bool
    """Ended before all letters were looked at."""
    outcomes: tuple[Outcome, ...]
    """In the order in which they came about."""

    def count(self, *results: Result) -> int:
        return sum(outcome.result in results for outcome in self.outcomes)
