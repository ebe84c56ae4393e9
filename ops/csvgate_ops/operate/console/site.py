"""State that all pages share: the context, the snapshots, and the lock on the queues."""

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self

from flask import Response, make_response, render_template

from csvgate.runtime.errors import Failure
from csvgate_ops.operate.audit import Operator
from csvgate_ops.operate.breakers import BreakerState, states
from csvgate_ops.operate.console.freshness import Age, Freshness, What, ahead, freshness
from csvgate_ops.operate.console.snapshot import EVERY, Reading, Snapshot
from csvgate_ops.operate.console.uploads_index import UploadsIndex
from csvgate_ops.operate.dead_letters.actions.read import Reading as Letters
from csvgate_ops.operate.dead_letters.actions.read import newest_first, read
from csvgate_ops.operate.dead_letters.audit import unfinished
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
    every: float = EVERY
    """Seconds after which an open page has everything that it shows read again."""

    @classmethod
    def of(
        cls,
        context: DeadLetterContext,
        project: str,
        *,
        is_local: bool,
        who: Callable[[], Operator] | None = None,
        every: float = EVERY,
    ) -> Self:
        """With `every` = infinity, only the button reads again."""
        index, queues = UploadsIndex(context.ledger, context.clock), threading.Lock()
        return cls(
            base=context,
            project=project,
            is_local=is_local,
            uploads_index=index,
            uploads=Snapshot(index.read, context.clock, every=every),
            breakers=Snapshot(lambda: _open_breakers(context), context.clock, every=every),
            letters=Snapshot(
                lambda: _read_letters(context),
                context.clock,
                every=every,
                lock=queues,
                contents=_keys,
                merge=_with_unconfirmed,
            ),
            queues=queues,
            who=who,
            every=every,
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

    @property
    def snapshots(self) -> Mapping[What, Snapshot[Any]]:
        return {"letters": self.letters, "breakers": self.breakers, "uploads": self.uploads}

    @property
    def is_polled(self) -> bool:
        """Return whether pages ask for newer figures by themselves."""
        return math.isfinite(self.every)

    @property
    def stale_after(self) -> float:
        """The age in seconds above which figures are marked as old: at least three readings are
        missing, because they failed or because nobody asked for them."""
        return 4 * self.every

    def refresh(self) -> None:
        """Start reading everything again."""
        for snapshot in self.snapshots.values():
            snapshot.refresh()

    def keep_fresh(self, shown: Iterable[What]) -> None:
        """Start reading again what a page shows and what could not be read, if it is old."""
        wanted = set(shown)
        for what, snapshot in self.snapshots.items():
            if what in wanted or snapshot.current().error:
                snapshot.keep_fresh()

    def freshness(self, shown: Iterable[What]) -> Freshness:
        """Return the ages of what a page shows."""
        readings = {what: snapshot.current() for what, snapshot in self.snapshots.items()}
        return freshness(readings, tuple(shown), self.now(), self.stale_after)

    def ages(self, **readings: Reading[Any]) -> tuple[Age, ...]:
        """Return the ages of the readings that a page has used, by their names in `snapshots`."""
        used: dict[What, Reading[Any]] = {w: readings[w] for w in self.snapshots if w in readings}
        return freshness(used, tuple(used), self.now(), self.stale_after).ages

    def clock_behind(self) -> timedelta | None:
        """Return by how much this machine's clock is behind those of Pub/Sub and of the functions
        at least, if a letter or an upload shows it."""
        times = [letter.published_at for letter in self.known_letters()[:1]]
        listing = self.uploads.current().value
        times += [upload.received_at for upload in (listing.uploads if listing else ())[:1]]
        return ahead(max(times, default=None), self.now())

    def forget(self, gone: set[Key]) -> None:
        """Remove letters that have left their queues from the last reading."""

        def without(known: Letters) -> Letters:
            kept = tuple(letter for letter in known.letters if key(letter) not in gone)
            return replace(known, letters=kept, unconfirmed=known.unconfirmed - gone)

        self.letters.change(without)


def _read_letters(context: DeadLetterContext) -> Letters:
    """Return the letters, and the runs that may hold others. Without the audit log no run is named,
    because the letters matter more."""
    found = read(context)
    try:
        return replace(found, unfinished=tuple(unfinished(context.ledger, context.clock())))
    except Failure:
        return found


def _with_unconfirmed(known: Letters, new: Letters) -> Letters:
    """Return the new reading with the letters that it misses for the first time. Another reader may
    hold them, and then they are not gone; the next reading decides."""
    delivered = {key(letter) for letter in new.letters}
    missing = [
        letter
        for letter in known.letters
        if key(letter) not in delivered and key(letter) not in known.unconfirmed
    ]
    letters = tuple(newest_first([*new.letters, *missing]))
    return replace(new, letters=letters, unconfirmed=frozenset(map(key, missing)))


def _keys(known: Letters) -> object:
    return known.complete, frozenset(map(key, known.letters))


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
