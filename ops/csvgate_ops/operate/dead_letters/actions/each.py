"""Apply one action to every selected dead letter, and acknowledge those that succeeded.

A letter is acknowledged only after `LetterAction.do` has returned, so an interruption leaves the
letter in its queue.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Protocol

from csvgate.runtime.errors import Failure, Transient
from csvgate_ops.operate.audit import new_run
from csvgate_ops.operate.dead_letters.acting import (
    Acting,
    Action,
    Outcome,
    Progress,
    Report,
    Result,
)
from csvgate_ops.operate.dead_letters.audit import AuditTrail, unfinished
from csvgate_ops.operate.dead_letters.content.datasets import with_datasets
from csvgate_ops.operate.dead_letters.content.parse import parse
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.drain import drain
from csvgate_ops.operate.dead_letters.queue.leases import Leases
from csvgate_ops.operate.dead_letters.queue.routes import Route

_WORKERS: Final = 8
_WAITING: Final = 16
"""Letters handed to workers and not done: bounds memory, and what a stop still has to finish."""
_FAILURES: Final = 10
"""Of a service, in a row, after which the rest is left alone: the cause is not in the letters."""
_MOST: Final = 1_000_000


class Skipped(Exception):
    """In words: why nothing was done to this letter."""


class LetterAction(Protocol):
    """What is done to one letter, from several threads."""

    @property
    def action(self) -> Action:
        """Its name in the audit trail."""

    def plan(self, letter: DeadLetter, route: Route) -> str:
        """What would be done. Raises Skipped."""

    def do(self, letter: DeadLetter, route: Route, trail: AuditTrail) -> tuple[Result, str]:
        """Do it and put it on record. Raises Skipped, Transient and Permanent."""


def for_each(
    context: DeadLetterContext, wanted: Filter, acting: Acting, action: LetterAction
) -> Report:
    """Also waits for letters that interrupted runs held, so that running again finishes the work.
    Raises Transient and Permanent when the queues cannot be read, or the run not recorded."""
    run = "" if acting.dry_run else new_run(action.action, context.clock())
    trail = AuditTrail(context.ledger, context.actor, context.clock, run, acting.reason)
    work = _Work(context, wanted, acting, action, trail)
    interrupted: list[str] = []
    if not acting.dry_run:
        interrupted = [name for name, _ in unfinished(context.ledger, context.clock())]
        work.wait_until = time.monotonic() + context.lease_wait if interrupted else 0.0
        trail.begin(action.action, wanted.as_json())
    try:
        for route in context.routes:
            if work.is_over():
                break
            work.queue(route)
        if not work.stopped:
            trail.follow(interrupted)
    finally:
        if not acting.dry_run:
            trail.end(work.outcomes, stopped=work.stopped)
    return Report(run, action.action, acting.dry_run, work.stopped, tuple(work.outcomes))


@dataclass(slots=True)
class _Work:
    context: DeadLetterContext
    wanted: Filter
    acting: Acting
    action: LetterAction
    trail: AuditTrail
    wait_until: float = 0.0
    """By the monotonic clock: so long letters that others held may still come back."""
    outcomes: list[Outcome] = field(default_factory=list)
    _counts: Counter[Result] = field(default_factory=Counter)
    _seen: int = 0
    _failed_in_a_row: int = 0
    _next_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def stopped(self) -> bool:
        return self.acting.stop.is_set() or self._failed_in_a_row >= _FAILURES

    def is_over(self) -> bool:
        """Stopped, or every letter that was named has been met."""
        return self.stopped or bool(self.wanted.ids and len(self.outcomes) >= len(self.wanted.ids))

    def queue(self, route: Route) -> None:
        """All letters of one review subscription."""
        room = threading.BoundedSemaphore(_WAITING)
        with (
            Leases(self.context.queues, route.review) as leases,
            ThreadPoolExecutor(_WORKERS) as workers,
        ):
            pending: list[Future[None]] = []
            for ack_id, letter in self._letters(route, leases):
                room.acquire()
                if self.is_over() or not self._wait_for_turn():
                    break
                future = workers.submit(self._one, letter, ack_id, route, leases)
                future.add_done_callback(lambda _: room.release())
                pending.append(future)
            for future in pending:
                future.result()

    def _letters(self, route: Route, leases: Leases) -> Iterator[tuple[str, DeadLetter]]:
        """Those that match, with their ack ids. The others stay held until all is done: given back
        at once, they would only come again."""
        portions = drain(
            self.context.queues,
            route.review,
            leases,
            most=_MOST,
            patience=self.context.patience,
            wait=lambda: time.monotonic() < self.wait_until and not self.is_over(),
        )
        for portion in portions:
            parsed = [parse(pulled, route) for pulled in portion]
            if self.wanted.datasets:
                parsed = with_datasets(parsed, self.context)
            self._seen += len(parsed)
            for pulled, letter in zip(portion, parsed, strict=True):
                if self.wanted.matches(letter):
                    yield pulled.ack_id, letter
            if self.is_over():
                return

    def _wait_for_turn(self) -> bool:
        """False when it was stopped meanwhile."""
        if self.acting.rate is None or self.acting.dry_run:
            return not self.acting.stop.is_set()
        now = time.monotonic()
        self._next_at = max(self._next_at, now)
        delay, self._next_at = self._next_at - now, self._next_at + 1 / self.acting.rate
        return not self.acting.stop.wait(delay)

    def _one(self, letter: DeadLetter, ack_id: str, route: Route, leases: Leases) -> None:
        try:
            if self.acting.dry_run:
                self._note(letter, "would be done", self.action.plan(letter, route))
                return
            result, detail = self.action.do(letter, route, self.trail)
            leases.settle([ack_id])
            self._note(letter, result, detail)
        except Skipped as why:
            self._note(letter, "skipped", str(why))
        except Failure as failure:
            self._note(letter, "failed", str(failure), away=isinstance(failure, Transient))

    def _note(self, letter: DeadLetter, result: Result, detail: str, *, away: bool = False) -> None:
        outcome = Outcome(letter.id, letter.function, letter.code, letter.upload, result, detail)
        with self._lock:
            self.outcomes.append(outcome)
            self._counts[result] += 1
            self._failed_in_a_row = self._failed_in_a_row + 1 if away else 0
            self.acting.on_progress(self._progress())

    def _progress(self) -> Progress:
        skipped, failed = self._counts["skipped"], self._counts["failed"]
        done = self._counts.total() - skipped - failed
        return Progress(seen=self._seen, done=done, skipped=skipped, failed=failed)
