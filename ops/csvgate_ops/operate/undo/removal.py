"""Remove the rows of a revoked attempt: by a job of its own, or by an entry of its scope's log.

Where uploads are only appended, nothing else changes their rows, so that one job is enough. Any
other table is changed by one effect after the other, and the revocation is one of them.
"""

from dataclasses import dataclass
from itertools import count

from csvgate.contracts.effects import Disposition, disposition
from csvgate.contracts.hashing import from_json
from csvgate.effects.effect_log import EffectLog
from csvgate.effects.model import JobResult, Statement
from csvgate.effects.run_job import JobRunner
from csvgate.effects.scopes import scope_of
from csvgate.protocol.ledger.effect_entries import ClosedEntry, EffectClaim, Revoked, ScopeState
from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.ledger.ledger import AttemptLedger, Ledger
from csvgate.protocol.ledger.revocations import RevocationLedger
from csvgate.protocol.ledger.scope_log import ScopeLog, effect_claim
from csvgate_ops.operate.undo.services import CannotUndo, Services


@dataclass(frozen=True, slots=True)
class Removal:
    """The removal of an upload's rows, as the log of its scope judges it."""

    origin: Received
    table: str
    """`dataset.table`."""
    disposition: Disposition
    delete: Statement

    @property
    def scope(self) -> str:
        return scope_of(self.disposition, self.origin.upload, self.table)

    def superseded(self, state: ScopeState) -> str:
        """Return why the rows are not in the table any more; empty if they may be."""
        upload = self.origin.upload.id
        if self.disposition == "replace" and not (state.current and state.current.upload == upload):
            by = f"generation {state.current.generation}" if state.current else "a revocation"
            return f"{by} of this object has replaced the rows of upload {upload}"
        if self.disposition == "replace_table" and state.replaced:
            newest = state.replaced.upload
            return "" if newest == upload else f"upload {newest} has replaced the whole table"
        return ""

    def statement(self, state: ScopeState) -> Statement:  # noqa: ARG002
        return self.delete

    def state_after(self, state: ScopeState) -> ScopeState:
        """The table has no rows of this object, or of the upload that has replaced it, any more:
        then older ones may be loaded."""
        gone = {"replace": "current", "replace_table": "replaced"}.get(self.disposition)
        return state.model_copy(update={gone: None}) if gone else state


def removal_of(origin: Received, table: str, delete: Statement) -> Removal:
    return Removal(origin, table, disposition(from_json(origin.contract)), delete)


def require_in_table(ledger: Ledger, removal: Removal) -> None:
    """Raises CannotUndo if the log of the scope says that the rows were replaced. While its last
    entry is open that is not known, and decided when the rows are removed."""
    log = ScopeLog(ledger, removal.scope)
    closed = log.closed(log.last())
    if closed is not None and (why := removal.superseded(closed.state)):
        raise CannotUndo(f"{why}, so that none of them is in {removal.table} any more")


def remove(services: Services, removal: Removal, revoked: Revoked) -> JobResult:
    """Remove the rows exactly once, and return the result of the statement. One that has failed for
    good never takes effect any more, so the next command starts the next one. Raises CannotUndo
    and Transient."""
    attempt = services.ledger.upload(revoked.upload).attempt(revoked.attempt)
    runner = JobRunner(services.warehouse, services.clock)
    for number in count(1):
        if removal.disposition == "append":
            runs = RevocationLedger(attempt)
            known = runs.has_failed(number)
            result = runner.run(runs, number, revoked, is_new=False)
        else:
            known, result = _by_log(services, runner, removal, attempt, number)
        if result.state == "done":
            return result
        if not known:
            raise CannotUndo(
                f"the rows of upload {revoked.upload} are still in {removal.table}: "
                f"{result.reason}. Fix the cause, then run `csvgate revoke {revoked.upload}` again"
            )
    raise AssertionError("jobs are numbered without end")


def _by_log(
    services: Services,
    runner: JobRunner,
    removal: Removal,
    attempt: AttemptLedger,
    number: int,
) -> tuple[bool, JobResult]:
    """Return whether the failure of the entry was known before, and its result."""
    log = EffectLog(services.ledger, services.warehouse, runner, services.clock)
    claim: EffectClaim | ClosedEntry | None = effect_claim(attempt, number)
    known = (
        isinstance(claim, EffectClaim)
        and ScopeLog(services.ledger, claim.scope).closed(claim.number) is not None
    )
    placed = claim or log.place(removal, attempt.upload, attempt, number)
    if isinstance(placed, EffectClaim):
        if placed.kind != "entry":
            return known, JobResult(state="done")  # another upload has replaced the rows
        placed = log.closed(placed)
    state = "done" if placed.result == "done" else "failed"
    return known, JobResult.model_validate(
        {
            "state": state,
            "deleted": placed.changes.deleted,
            "bytes_scanned": placed.bytes_scanned,
            "reason": placed.detail,
        }
    )
