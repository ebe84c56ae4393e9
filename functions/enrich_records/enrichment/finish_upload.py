"""Steps 6 to 8 and 11 of the delivery protocol: bring the current attempt of an upload to its end.

The deliveries of the chunks and of the marker all call this, some at the same time or repeatedly.
The ledger's entries of the current attempt say what remains to be done.
"""

from concurrent.futures import Executor
from typing import TYPE_CHECKING

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Warehouse
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.day_index import index_end
from csvgate.protocol.ledger.entries import Decision, Finished
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate.protocol.verdict import IDENTICAL
from csvgate.runtime.errors import Permanent
from csvgate.runtime.log import log
from enrichment.commit_pending import PendingCommitter
from enrichment.ending import Ending
from enrichment.load_shared import SharedLoader
from enrichment.sealed_load import SealedLoad, StagedRows

if TYPE_CHECKING:
    import pyarrow as pa

    from enrichment.effects.carry_out import UploadEffects


@dataclass(frozen=True, slots=True)
class UploadFinisher:
    warehouse: Warehouse
    pending: PendingCommitter
    shared: SharedLoader
    effects: "UploadEffects"
    outcome_topic: OutcomeTopic
    pool: Executor
    clock: Clock

    def finish(
        self, load: SealedLoad, attempt: AttemptLedger, decision: Decision, staged: StagedRows
    ) -> str | None:
        """Carry out the decision of an attempt. Return the outcome's name; None if the attempt can
        never take effect, so that the next one begins. Raises Transient and Permanent; that is
        `effect.failed` if the table cannot be changed."""
        if attempt.finished() is not None:
            return "finished before"
        load = load.under(decision.seal)
        if decision.outcome == "commit" and not load.is_appended:
            return self._carry_out(load, attempt, decision, staged)
        if decision.outcome == "commit" and not self._commit(load, attempt, decision, staged):
            return None
        return self.announce(load, attempt, decision)

    def announce(
        self,
        load: SealedLoad,
        attempt: AttemptLedger,
        decision: Decision,
        ending: Ending | None = None,
    ) -> str:
        """Publish the terminal event of an attempt whose decision has taken effect. `ending` says
        how the upload ends, if the decision does not."""
        seal, received = load.seal, load.received
        if ending is None:
            is_loaded = decision.outcome == "commit"
            code = decision.code or (IDENTICAL if seal.status == "skipped" else None)
            ending = Ending("completed" if is_loaded else "rejected", code=code)
        outcome = ending.outcome
        finished = UploadFinished(
            upload=received.upload,
            plan=seal.plan,
            dataset=received.dataset,
            outcome=outcome,
            code=ending.code,
            table=load.plan.table.id,
            counts=seal.counts,
            changes=ending.changes,
            identical=seal.identical,
            stopped_at=seal.stopped_at,
            reasons=(*ending.reasons, *seal.reasons),
            warnings=seal.warnings,
            attempt=attempt.number,
            detail=ending.detail or seal.detail or decision.reason or None,
            rejects=seal.rejects,
            received_at=received.received_at,
            finished_at=decision.at,
        )
        # The end is listed while it is announced, and certainly before `finished.json`: a delivery
        # that finds that entry returns at once.
        listed = self.pool.submit(
            index_end,
            attempt.ledger,
            received,
            outcome,
            attempt.number,
            decision.at,
            counts=seal.counts,
            stopped_at=seal.stopped_at,
            code=ending.code,
        )
        self.outcome_topic.publish(finished, received.trace)
        listed.result()
        ended = self.clock()
        attempt.mark_finished(
            Finished(
                outcome=outcome,
                code=ending.code,
                detail=ending.detail,
                reasons=ending.reasons,
                changes=ending.changes,
                bytes_scanned=ending.bytes_scanned,
                at=ended,
            )
        )
        # deploy/monitoring measures uploads by this log entry.
        log(
            "INFO",
            "upload ended",
            {
                "upload": load.upload,
                "outcome": outcome,
                "seconds": (ended - received.received_at).total_seconds(),
                "trace": received.trace,
            },
        )
        return outcome

    def _carry_out(
        self, load: SealedLoad, attempt: AttemptLedger, decision: Decision, staged: StagedRows
    ) -> str | None:
        """Commit the rows to the staging table, change the table, and only then announce the
        end."""
        ending = self.effects.carry_out(
            load, attempt, lambda: self._commit(load, attempt, decision, staged)
        )
        return self.announce(load, attempt, decision, ending) if ending else None

    def _commit(
        self, load: SealedLoad, attempt: AttemptLedger, decision: Decision, staged: StagedRows
    ) -> bool:
        if decision.pending is not None:
            return self.pending.commit(load, attempt, decision.pending)
        if decision.shared is not None:
            rows = self._rows(load, staged)
            return self.shared.resume(load, attempt, decision, decision.shared, rows)
        # An upload without rows is valid, and its table should exist for queries.
        self.warehouse.ensure_table(load.plan.table)
        return True

    def _rows(self, load: SealedLoad, staged: StagedRows) -> "pa.Table | None":
        """Return the rows of a small upload; None if the staged chunk is gone or cannot be enriched
        any more. Whether the rows were loaded before can be found out without them."""
        try:
            return staged.enriched(load, 0)
        except Permanent:
            return None
