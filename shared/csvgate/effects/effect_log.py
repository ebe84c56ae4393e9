"""Put the effect of an attempt into the log of its scope, and close entries.

The log is sequential: an entry is judged by the state that the one before it has left, and created
only once that one is closed. A create that is refused means that another entry came first, so the
load is judged again. Whoever finds the last entry open closes it, also for an owner that is dead.
"""

from collections import OrderedDict
from dataclasses import field
from typing import Final, Protocol

from csvgate.effects.model import Effect, InsertUnique, JobResult, Replace, Statement, Target
from csvgate.effects.run_job import JOB_PREFIX, JobRunner
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Warehouse
from csvgate.protocol.events import Changes
from csvgate.protocol.ledger.effect_entries import (
    ClosedEntry,
    EffectClaim,
    ScopeEntry,
    ScopeState,
)
from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.ledger.ledger import AttemptLedger, Ledger
from csvgate.protocol.ledger.scope_log import ScopeLog, claim_effect, effect_claim
from csvgate.runtime.errors import Permanent, Transient

MOST_CONFLICTS: Final = 20
"""The most rows with keys of the table that are named to the uploader."""
_MOST_TRIES: Final = 20
"""The most entries of others that one delivery lets pass before its own."""
_REMEMBERED: Final = 1000
"""The scopes of which an instance remembers the last number."""


class Change(Protocol):
    """What an upload, or an operator, is about to do to a table, as it is judged by the state of
    its scope."""

    @property
    def scope(self) -> str:
        """The identifier of the log. Effects of one log are carried out one after the other."""

    @property
    def table(self) -> str:
        """`dataset.table`."""

    @property
    def origin(self) -> Received:
        """The pin of the upload whose rows these are; for a correction that of the original."""

    def superseded(self, state: ScopeState) -> str:
        """Return why it comes too late, for people; empty if it does not."""

    def statement(self, state: ScopeState) -> Statement: ...

    def state_after(self, state: ScopeState) -> ScopeState: ...


@dataclass(frozen=True, slots=True)
class EffectLog:
    ledger: Ledger
    warehouse: Warehouse
    runner: JobRunner
    clock: Clock
    _last: OrderedDict[str, int] = field(default_factory=OrderedDict)
    """By scope the number of an entry that exists, where the search for the last one begins."""

    def place(
        self, load: Change, upload: str, attempt: AttemptLedger, revokes: int = 0
    ) -> EffectClaim | ClosedEntry:
        """Put the attempt's effect into the log, and carry it out. Return how its entry ended, or
        the claim of another delivery, or that the effect comes too late. All rows must be in the
        staging table. If `revokes` is not 0, this is an operator's effect: the job with this number
        that removes the attempt's rows. Raises Transient and Permanent."""
        log = ScopeLog(self.ledger, load.scope)
        for _ in range(_MOST_TRIES):
            last, state = self._closed_end(log)
            # Read after the end of the log: every entry before it has its claim.
            if (standing := effect_claim(attempt, revokes)) is not None:
                return standing
            if detail := load.superseded(state):
                ours = EffectClaim(kind="superseded", detail=detail, at=self.clock())
                return claim_effect(attempt, ours, revokes)
            entry = self._entry(load, upload, attempt.number, state, revokes)
            if log.create(last + 1, entry):
                self._remember(log.scope, last + 1)
                closed = self._close(log, last + 1, entry, is_new=True)
                if closed.result != "void":
                    return closed
        raise Transient(
            "effect.contended",
            f"{_MOST_TRIES} other uploads came before upload {upload}; a retry continues",
        )

    def closed(self, claim: EffectClaim) -> ClosedEntry:
        """Return how the claimed entry ended, after closing it if it is open. Raises Transient and
        Permanent."""
        log = ScopeLog(self.ledger, claim.scope)
        found = log.closed(claim.number)
        if found is not None:
            return found
        return self._close(log, claim.number, self._read(log, claim.number), is_new=False)

    def _closed_end(self, log: ScopeLog) -> tuple[int, ScopeState]:
        """Return the number of the last entry, closed now, and the state that it has left."""
        last = log.last(self._last.get(log.scope, 0))
        if not last:
            return 0, ScopeState()
        self._remember(log.scope, last)
        closed = log.closed(last)
        if closed is None:
            entry = self._read(log, last)
            try:
                closed = self._close(log, last, entry, is_new=False)
            except Permanent as failure:
                # It is not the failure of this upload, which only has to wait.
                raise Transient(
                    "effect.blocked",
                    f"the effect of upload {entry.upload} must come first, and cannot be carried "
                    f"out: {failure.message}. Replay the dead letter of that upload",
                ) from failure
        return last, closed.state

    def _entry(
        self, load: Change, upload: str, attempt: int, state: ScopeState, revokes: int
    ) -> ScopeEntry:
        dataset, _, table = load.table.partition(".")
        target = Target(dataset=dataset, table=table, location=self.warehouse.location(dataset))
        return ScopeEntry(
            upload=upload,
            attempt=attempt,
            revokes=revokes,
            bucket=load.origin.upload.bucket,
            name=load.origin.upload.name,
            generation=load.origin.upload.generation,
            created_at=load.origin.created_at,
            effect=Effect(target=target, statement=load.statement(state)),
            job_prefix=JOB_PREFIX,
            before=state,
            after=load.state_after(state),
            at=self.clock(),
        )

    def _close(self, log: ScopeLog, number: int, entry: ScopeEntry, *, is_new: bool) -> ClosedEntry:
        attempt = self.ledger.upload(entry.upload).attempt(entry.attempt)
        ours = EffectClaim(kind="entry", scope=log.scope, number=number, at=self.clock())
        claim = claim_effect(attempt, ours, entry.revokes)
        if (claim.kind, claim.scope, claim.number) != ("entry", log.scope, number):
            detail = "the attempt is over, or another entry carries it out"
            return log.close(number, self._not_done(entry, "void", detail))
        if _is_empty(entry.effect):
            return log.close(number, self._done(entry, JobResult(state="done")))
        result = self.runner.run(log, number, entry, is_new=is_new)
        if result.state == "failed":
            return log.close(number, self._not_done(entry, "failed", result.reason))
        if _is_refused(entry.effect, result):
            return log.close(number, self._refused(entry))
        return log.close(number, self._done(entry, result))

    def _done(self, entry: ScopeEntry, result: JobResult) -> ClosedEntry:
        return ClosedEntry(
            result="done",
            changes=Changes(
                inserted=result.inserted, updated=result.updated, deleted=result.deleted
            ),
            bytes_scanned=result.bytes_scanned,
            state=entry.after,
            at=self.clock(),
        )

    def _refused(self, entry: ScopeEntry) -> ClosedEntry:
        conflicts = self.warehouse.conflicts(entry.effect, MOST_CONFLICTS)
        if not conflicts:
            # The staging table has expired, or the keys have left the table. The uploader could
            # correct nothing, and loading the rows again may succeed.
            detail = "the table had some of its keys, and which ones cannot be found out any more"
            return self._not_done(entry, "failed", detail)
        closed = self._not_done(entry, "refused", "the table has some of its keys already")
        return closed.model_copy(update={"conflicts": tuple(conflicts)})

    def _not_done(self, entry: ScopeEntry, result: str, detail: str) -> ClosedEntry:
        found = {"result": result, "detail": detail, "state": entry.before, "at": self.clock()}
        return ClosedEntry.model_validate(found)

    def _read(self, log: ScopeLog, number: int) -> ScopeEntry:
        entry = log.entry(number)
        if entry is None:
            raise Permanent(
                "ledger.incomplete",
                f"the log of scope {log.scope} has lost its entry {number}: restore it from the "
                "bucket's soft-deleted objects",
            )
        return entry

    def _remember(self, scope: str, number: int) -> None:
        self._last[scope] = number
        self._last.move_to_end(scope)
        while len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)


def _is_empty(effect: Effect) -> bool:
    """Return whether there is nothing to remove and nothing to add, so that no job is needed."""
    statement = effect.statement
    return isinstance(statement, Replace) and not (statement.uploads or statement.staged.rows)


def _is_refused(effect: Effect, result: JobResult) -> bool:
    """Return whether the table has a key of the rows: then the statement inserts none of them."""
    statement = effect.statement
    return isinstance(statement, InsertUnique) and result.inserted < statement.staged.rows
