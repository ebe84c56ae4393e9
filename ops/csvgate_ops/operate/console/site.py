"""What all pages share: where the console looks, what was read, and the lock around the queues."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Self

from flask import Response, make_response, render_template

from csvgate_ops.operate.breakers import BreakerState, states
from csvgate_ops.operate.console.snapshot import Reading, Snapshot
from csvgate_ops.operate.console.uploads_index import Uploads, UploadsIndex
from csvgate_ops.operate.dead_letters.actions.read import Reading as Letters
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

PATIENCE: Final = 2.0
"""Seconds that a page waits for the first reading before it says that one is under way."""
STILL_READING: Final = "The dead letters are still being read. Try again in a moment."
Key = tuple[str, str]
"""A letter's topic and id: ids are unique within a topic."""


def key(letter: DeadLetter) -> Key:
    return letter.topic, letter.id


@dataclass(frozen=True, slots=True)
class Site:
    context: DeadLetterContext
    project: str
    is_local: bool
    uploads_index: UploadsIndex
    uploads: Snapshot[Uploads]
    breakers: Snapshot[list[BreakerState]]
    """Of functions that have stopped dead-lettering."""
    letters: Snapshot[Letters]
    queues: threading.Lock
    """Held by whoever pulls: what one holds, another does not see."""

    @classmethod
    def of(cls, context: DeadLetterContext, project: str, *, is_local: bool) -> Self:
        index, queues = UploadsIndex(context.ledger), threading.Lock()

        def read_letters() -> Letters:
            with queues:
                return read(context)

        return cls(
            context=context,
            project=project,
            is_local=is_local,
            uploads_index=index,
            uploads=Snapshot(index.read, context.clock),
            breakers=Snapshot(lambda: _open_breakers(context), context.clock),
            letters=Snapshot(read_letters, context.clock),
            queues=queues,
        )

    def now(self) -> datetime:
        return self.context.clock()

    def known_letters(self) -> tuple[DeadLetter, ...]:
        """Of the last reading, newest first; none before the first."""
        value = self.letters.current().value
        return value.letters if value else ()

    def letters_by_key(self) -> Mapping[Key, DeadLetter]:
        return {key(letter): letter for letter in self.known_letters()}

    def refresh(self) -> None:
        """Begin to read everything again."""
        for snapshot in (self.letters, self.uploads, self.breakers):
            snapshot.refresh()

    def forget(self, gone: set[Key]) -> None:
        """Letters that have left their queues."""

        def without(known: Letters) -> Letters:
            kept = tuple(letter for letter in known.letters if key(letter) not in gone)
            return Letters(kept, known.at, known.complete)

        self.letters.change(without)


def _open_breakers(context: DeadLetterContext) -> list[BreakerState]:
    functions = [route.function for route in context.routes]
    return [state for state in states(context.ledger, functions) if state.state == "open"]


def patiently(snapshot: Snapshot[Any]) -> Reading[Any]:
    """The reading for a page: worth a short wait while there is none at all."""
    reading = snapshot.current()
    return snapshot.current(PATIENCE) if reading.value is None else reading


def waiting(what: Literal["uploads", "letters"], reading: Reading[Any]) -> Response:
    """In place of a page that has nothing to show yet: it asks again by itself, or says why not."""
    page = render_template("reading.html", what=what, reading=reading)
    return make_response(page, 503 if reading.error and not reading.is_under_way else 200)
