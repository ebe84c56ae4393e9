"""Read the review subscriptions without consuming anything."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from csvgate.protocol.ledger.entries import AuditAction
from csvgate_ops.operate.dead_letters.content.datasets import with_datasets
from csvgate_ops.operate.dead_letters.content.open_breakers import with_breakers
from csvgate_ops.operate.dead_letters.content.parse import parse
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import KEEP_BYTES, DeadLetter
from csvgate_ops.operate.dead_letters.queue.drain import drain
from csvgate_ops.operate.dead_letters.queue.leases import Leases
from csvgate_ops.operate.dead_letters.queue.routes import Route

MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """The letters at one time. Letters that another process holds at that time are missing: they
    are delivered again within `leases.LEASE_SECONDS`, or are being replayed."""

    letters: tuple[DeadLetter, ...]
    """Newest first."""
    at: datetime
    complete: bool
    """False when the queues hold more letters than were read."""
    unconfirmed: frozenset[tuple[str, str]] = frozenset()
    """Topic and id of letters that an earlier reading had and this one was not delivered. The
    console keeps them for one more reading."""
    unfinished: tuple[tuple[str, AuditAction], ...] = ()
    """Runs that had not ended, with their names, for the console: they may hold letters."""


def read(
    context: DeadLetterContext,
    *,
    most: int = MOST,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Reading:
    """Read up to `most` letters of each function. `on_progress` gets the number read so far, from
    several threads. All letters are released before this returns. Raises Transient and
    Permanent."""
    counter = _Counter(on_progress)
    with ThreadPoolExecutor(len(context.routes) or 1) as threads:
        found = list(threads.map(lambda r: _peek(r, context, most, counter), context.routes))
    letters = with_datasets([letter for part in found for letter in part], context)
    letters = with_breakers(letters, context)
    complete = all(len(part) < most for part in found)
    return Reading(tuple(newest_first(letters)), context.clock(), complete)


def newest_first(letters: Iterable[DeadLetter]) -> list[DeadLetter]:
    """Return the letters by the time at which Pub/Sub received them."""
    return sorted(letters, key=lambda letter: (letter.published_at, letter.id), reverse=True)


class _Counter:
    def __init__(self, report: Callable[[int], None]) -> None:
        self._report, self._count, self._lock = report, 0, threading.Lock()

    def add(self, number: int) -> None:
        with self._lock:
            self._count += number
            self._report(self._count)


def _peek(
    route: Route, context: DeadLetterContext, most: int, counter: _Counter
) -> list[DeadLetter]:
    found: list[DeadLetter] = []
    with Leases(context.queues, route.review) as leases:
        for batch in drain(
            context.queues, route.review, leases, most=most, patience=context.patience
        ):
            found += [parse(pulled, route, KEEP_BYTES) for pulled in batch]
            counter.add(len(batch))
    return found
