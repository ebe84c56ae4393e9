"""Run an action: do it to every selected dead letter, and acknowledge those that succeeded.

A letter is acknowledged only after it was processed and recorded in the audit log, so an
interruption leaves it in its queue.
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
from csvgate_ops.operate.dead_letters.actions.action import Action, Skipped
from csvgate_ops.operate.dead_letters.audit import AuditLog, unfinished
from csvgate_ops.operate.dead_letters.content.datasets import with_datasets
from csvgate_ops.operate.dead_letters.content.parse import parse
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.drain import drain
from csvgate_ops.operate.dead_letters.queue.leases import Leases
from csvgate_ops.operate.dead_letters.queue.routes import Route
from csvgate_ops.operate.dead_letters.runs import Outcome, Progress, Report, Result, RunOptions

_WORKERS: Final = 8
_MOST_PENDING: Final = 16
"""Letters that workers have and have not finished. It bounds the memory, and what a stop still has
to wait for."""
_MOST_FAILURES: Final = 10
"""Transient failures in a row after which the run stops: a service is down, and the letters are not
the cause."""
_MOST_LETTERS: Final = 1_000_000


class Operation(Protocol):
    """The work that an action does on one letter. Its methods are called from several threads."""

    def plan(self, letter: DeadLetter, route: Route) -> str:
        """Return what would be done. Raises Skipped."""

    def do(self, letter: DeadLetter, route: Route, run: str) -> str:
        """Do it and return what was done. `run` is the run's name in the audit log. Raises Skipped,
        Transient and Permanent."""


def run_action(
    action: Action,
    operation: Operation,
    context: DeadLetterContext,
    wanted: Filter,
    options: RunOptions,
) -> Report:
    """Do the operation to every letter that matches. The run also waits for letters that
    interrupted runs held, so that repeating a command completes its work.

    Raises Transient and Permanent when the queues cannot be read or the run cannot be recorded.
    """
    run = "" if options.dry_run else new_run(action.name, context.clock())
    audit = AuditLog(
        context.ledger, context.actor, context.clock, run, options.reason, context.verified_by
    )
    work = _Work(action, operation, context, wanted, options, audit)
    interrupted: list[str] = []
    if not options.dry_run:
        interrupted = [name for name, _ in unfinished(context.ledger, context.clock())]
        work.wait_until = time.monotonic() + context.lease_wait if interrupted else 0.0
        audit.begin(action.name, wanted.as_json())
    try:
        for route in context.routes:
            if work.is_over():
                break
            work.process(route)
        if not work.stopped:
            audit.follow(interrupted)
    finally:
        if not options.dry_run:
            audit.end(work.outcomes, stopped=work.stopped)
    return Report(run, action.name, options.dry_run, work.stopped, tuple(work.outcomes))


@dataclass(slots=True)
class _Work:
    action: Action
    operation: Operation
    context: DeadLetterContext
    wanted: Filter
    options: RunOptions
    audit: AuditLog
    wait_until: float = 0.0
    """Until then, by the monotonic clock, letters that other runs held may still come back."""
    outcomes: list[Outcome] = field(default_factory=list)
    _counts: Counter[Result] = field(default_factory=Counter)
    _seen: int = 0
    _failed_in_a_row: int = 0
    _next_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def stopped(self) -> bool:
        return self.options.stop.is_set() or self._failed_in_a_row >= _MOST_FAILURES

    def is_over(self) -> bool:
        """Return whether the run was stopped or has found every letter that the filter names by
        id."""
        return self.stopped or bool(self.wanted.ids and len(self.outcomes) >= len(self.wanted.ids))

    def process(self, route: Route) -> None:
        """Process the letters of one review subscription."""
        room = threading.BoundedSemaphore(_MOST_PENDING)
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
        """Yield the letters that match, with their ack ids. The others stay leased until the end:
        if they were released at once, they would be delivered again."""
        batches = drain(
            self.context.queues,
            route.review,
            leases,
            most=_MOST_LETTERS,
            patience=self.context.patience,
            wait=lambda: time.monotonic() < self.wait_until and not self.is_over(),
        )
        for batch in batches:
            parsed = [parse(pulled, route) for pulled in batch]
            if self.wanted.datasets or self.wanted.text:
                parsed = with_datasets(parsed, self.context)
            self._seen += len(parsed)
            for pulled, letter in zip(batch, parsed, strict=True):
                if self.wanted.matches(letter, self.context):
                    yield pulled.ack_id, letter
            if self.is_over():
                return

    def _wait_for_turn(self) -> bool:
        """Wait as the rate demands. Return False when the run was stopped meanwhile."""
        if self.options.rate is None or self.options.dry_run:
            return not self.options.stop.is_set()
        now = time.monotonic()
        self._next_at = max(self._next_at, now)
        delay, self._next_at = self._next_at - now, self._next_at + 1 / self.options.rate
        return not self.options.stop.wait(delay)

    def _one(self, letter: DeadLetter, ack_id: str, route: Route, leases: Leases) -> None:
        try:
            self.action.check(letter)
            if self.options.dry_run:
                self._note(letter, "would be done", self.operation.plan(letter, route))
                return
            result, detail = self._do_once(letter, route)
            leases.acknowledge([ack_id])
            self._note(letter, result, detail)
        except Skipped as why:
            self._note(letter, "skipped", str(why))
        except Failure as failure:
            transient = isinstance(failure, Transient)
            self._note(letter, "failed", str(failure), transient=transient)

    def _do_once(self, letter: DeadLetter, route: Route) -> tuple[Result, str]:
        """Do it and record it, unless another run has done it or something else to the letter: that
        run could not acknowledge the letter. Raises Skipped while another run is at work on it."""
        earlier = self.audit.earlier(letter) or self.audit.claim(
            letter, self.action.verb, is_repeatable=self.action.is_repeatable
        )
        if earlier is None:
            detail = self.operation.do(letter, route, self.audit.run)
            self.audit.record(letter, self.action.verb, detail)
            return "done", detail
        if not earlier.outcome:
            raise Skipped(
                f"{earlier.actor} is at work on it in run {earlier.run}, or was less than a minute "
                "ago. When that run has ended, do this again"
            )
        reason = f" ({earlier.reason})" if earlier.reason else ""
        return "done before", f"{earlier.verb} by run {earlier.run}: {earlier.outcome}{reason}"

    def _note(
        self, letter: DeadLetter, result: Result, detail: str, *, transient: bool = False
    ) -> None:
        outcome = Outcome(letter.id, letter.function, letter.code, letter.upload, result, detail)
        with self._lock:
            self.outcomes.append(outcome)
            self._counts[result] += 1
            self._failed_in_a_row = self._failed_in_a_row + 1 if transient else 0
            self.options.on_progress(self._progress())

    def _progress(self) -> Progress:
        skipped, failed = self._counts["skipped"], self._counts["failed"]
        done = self._counts.total() - skipped - failed
        return Progress(seen=self._seen, done=done, skipped=skipped, failed=failed)
