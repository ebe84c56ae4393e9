"""Carry out the decision to commit an attempt whose rows are in a staging table."""

from collections.abc import Callable

from csvgate.effects.effect_log import EffectLog
from csvgate.effects.model import Conflict
from csvgate.effects.run_job import JobRunner
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Warehouse
from csvgate.protocol.events import FaultExample, Reason
from csvgate.protocol.ledger.effect_entries import ClosedEntry, EffectClaim
from csvgate.protocol.ledger.entries import Dead
from csvgate.protocol.ledger.ledger import AttemptLedger, Ledger
from csvgate.protocol.ledger.scope_log import claim_effect, effect_claim
from csvgate.runtime.errors import Permanent
from enrichment.effects.candidate import candidate
from enrichment.ending import Ending
from enrichment.sealed_load import SealedLoad

SUPERSEDED = "upload.superseded"
IN_TABLE = "unique.in_table"


@dataclass(frozen=True, slots=True)
class UploadEffects:
    log: EffectLog
    clock: Clock

    @classmethod
    def of(cls, ledger: Ledger, warehouse: Warehouse, clock: Clock) -> "UploadEffects":
        return cls(EffectLog(ledger, warehouse, JobRunner(warehouse, clock), clock), clock)

    def carry_out(
        self, load: SealedLoad, attempt: AttemptLedger, commit: Callable[[], bool]
    ) -> Ending | None:
        """Return how the upload ends. `commit` makes the rows visible in the staging table, and
        returns whether they are. None if the attempt can never take effect. Raises Transient, and
        Permanent `effect.failed` if the statement can never succeed."""
        claim = effect_claim(attempt)
        if claim is None:
            if not commit():
                return None
            change = candidate(load, attempt.number)
            if change.changes_nothing:
                return Ending("completed")
            placed = self.log.place(change, load.upload, attempt)
            if isinstance(placed, ClosedEntry):
                return self._ending(load, attempt, placed)
            claim = placed
        if claim.kind == "void":
            attempt.mark_dead(Dead(reason=claim.detail, at=self.clock()))
            return None
        if claim.kind == "superseded":
            return Ending("rejected", code=SUPERSEDED, detail=claim.detail)
        return self._ending(load, attempt, self.log.closed(claim))

    def _ending(self, load: SealedLoad, attempt: AttemptLedger, closed: ClosedEntry) -> Ending:
        if closed.result == "done":
            return Ending("completed", changes=closed.changes, bytes_scanned=closed.bytes_scanned)
        if closed.result == "refused":
            reasons = _reasons(closed.conflicts)
            return Ending("rejected", code=IN_TABLE, detail=_in_table(load), reasons=reasons)
        raise Permanent(
            "effect.failed",
            f"attempt {attempt.number} of upload {load.upload} cannot be carried out on "
            f"{load.plan.table.id}: {closed.detail}. Nothing was changed. Fix the cause, then "
            "replay this letter: it loads the rows again",
        )


def give_up_effect(attempt: AttemptLedger, reason: str, clock: Clock) -> bool:
    """Make sure that no entry of the attempt is ever carried out. Return False if one is in the log
    already, so that it may be."""
    ours = EffectClaim(kind="void", detail=reason, at=clock())
    return claim_effect(attempt, ours).kind == "void"


def _in_table(load: SealedLoad) -> str:
    return f"{load.plan.table.id} has some of the keys of this file already"


def _reasons(conflicts: tuple[Conflict, ...]) -> tuple[Reason, ...]:
    """Return one reason for each key. It counts and names the conflicts that were looked up, which
    are at most `MOST_CONFLICTS` for all keys together."""
    by_key: dict[tuple[str, ...], list[Conflict]] = {}
    for conflict in conflicts:
        by_key.setdefault(conflict.columns, []).append(conflict)
    return tuple(
        Reason(
            code=IN_TABLE,
            column=", ".join(columns),
            rows=len(found),
            examples=tuple(_example(conflict) for conflict in found),
        )
        for columns, found in by_key.items()
    )


def _example(conflict: Conflict) -> FaultExample:
    return FaultExample(
        line=conflict.line,
        column=", ".join(conflict.columns),
        code=IN_TABLE,
        value=None,
        message=f"is in the table already: line {conflict.there} of upload {conflict.upload}",
    )
