"""State that all pages share: the context, the snapshots, and the lock on the queues."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, Self

from flask import Response, make_response, render_template

from csvgate_ops.operate.audit import Operator
from csvgate_ops.operate.breakers import BreakerState, states
from csvgate_ops.operate.console.snapshot import Reading, Snapshot
from csvgate_ops.operate.console.uploads_index import UploadsIndex
from csvgate_ops.operate.dead_letters.actions.read import Reading as Letters
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.content.visible_text import contains
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.upload_index.listing import Listing

PATIENCE: Final = 2.0
"""Seconds that a page waits for the first reading before it says that one is in progress."""
STILL_READING: Final = "The dead letters are still being read. Try again in a few seconds."
Key = tuple[str, str]
"""A letter's topic and id, because ids are unique only within a topic."""


def key(letter: DeadLetter) -> Key:
    return letter.topic, letter.id


@dataclass(frozen=True, slots=True)
class Site:
    base: DeadLetterContext
    """For reading. What a person does is recorded with `context`."""
    project: str
    is_local: bool
    uploads_index: UploadsIndex
    uploads: Snapshot[Listing]
    breakers: Snapshot[list[BreakerState]]
    """The open breakers: their functions have stopped dead-lettering."""
    letters: Snapshot[Letters]
    queues: threading.Lock
    """Held while pulling, because letters held by one reader are not delivered to another."""
    who: Callable[[], Operator] | None = None
    """Who sends the current request; None for the local console, which one person uses."""

    @classmethod
    def of(
        cls,
        context: DeadLetterContext,
        project: str,
        *,
        is_local: bool,
        who: Callable[[], Operator] | None = None,
    ) -> Self:
        index, queues = UploadsIndex(context.ledger, context.clock), threading.Lock()

        def read_letters() -> Letters:
            with queues:
                return read(context)

        return cls(
            base=context,
            project=project,
            is_local=is_local,
            uploads_index=index,
            uploads=Snapshot(index.read, context.clock),
            breakers=Snapshot(lambda: _open_breakers(context), context.clock),
            letters=Snapshot(read_letters, context.clock),
            queues=queues,
            who=who,
        )

    @property
    def context(self) -> DeadLetterContext:
        """The context in which the current request acts. A thread has no request: give it the
        context that the request has."""
        if self.who is None:
            return self.base
        found = self.who()
        return replace(self.base, actor=found.name, verified_by=found.verified_by)

    def operator(self) -> Operator:
        """Return who sends the current request."""
        context = self.context
        return Operator(context.actor, context.verified_by)

    def now(self) -> datetime:
        return self.base.clock()

    def contains(self, letter: DeadLetter, text: str) -> bool:
        """Return whether a letter contains a folded text where people see it without a reveal."""
        return contains(letter, text, self.base)

    def known_letters(self) -> tuple[DeadLetter, ...]:
        """Return the letters of the last reading, newest first; none before the first reading."""
        value = self.letters.current().value
        return value.letters if value else ()

    def letters_by_key(self) -> Mapping[Key, DeadLetter]:
        return {key(letter): letter for letter in self.known_letters()}

    def refresh(self) -> None:
        """Start reading everything again."""
        for snapshot in (self.letters, self.uploads, self.breakers):
            snapshot.refresh()

    def forget(self, gone: set[Key]) -> None:
        """Remove letters that have left their queues from the last reading."""

        def without(known: Letters) -> Letters:
            kept = tuple(letter for letter in known.letters if key(letter) not in gone)
            return Letters(kept, known.at, known.complete)

        self.letters.change(without)


def _open_breakers(context: DeadLetterContext) -> list[BreakerState]:
    functions = [route.function for route in context.routes]
    return [state for state in states(context.ledger, functions) if state.state == "open"]


def wait_for_reading(snapshot: Snapshot[Any]) -> Reading[Any]:
    """Return the last reading. When there is none yet, wait for the first one for a short time."""
    reading = snapshot.current()
    return snapshot.current(PATIENCE) if reading.value is None else reading


def reading_page(what: Literal["uploads", "letters"], reading: Reading[Any]) -> Response:
    """Shown while the data of a page was not read yet. It reloads itself, or shows the error."""
    page = render_template("reading.html", what=what, reading=reading)
    return make_response(page, 503 if reading.error and not reading.is_under_way else 200)
