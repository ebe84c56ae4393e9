"""Step 3 of the delivery protocol: whoever sees the last piece fall into place ends the upload.

Called after every chunk and on the marker. Several may get here at once, or again later: the claim
names the one plan that may end the upload, the commit and the event's identifier are the same.
"""

from dataclasses import dataclass
from typing import Literal

from csvgate.errors import Permanent
from csvgate.events import UploadFinished, UploadValidated
from csvgate.finished import FinishedTopic
from csvgate.ledger import Ledger, PlanLedger, UploadLedger
from csvgate.ledger_entries import Claim
from csvgate.log import log
from csvgate.ports import Clock, Warehouse
from plans import LoadedPlan


@dataclass(frozen=True, slots=True)
class Settler:
    ledger: Ledger
    warehouse: Warehouse
    finished_topic: FinishedTopic
    clock: Clock

    def settle(self, upload: str, loaded: LoadedPlan) -> str:
        """The outcome's name. Raises Transient and Permanent."""
        entries = self.ledger.upload(upload)
        plan = entries.plan(loaded.plan.id)
        validated = plan.validated()
        if validated is None:
            return "waiting: not all chunks are published"
        if validated.status != "valid":
            return self._end(entries, validated, loaded, "rejected")
        done = plan.done_count()
        if done < validated.chunks:
            return f"waiting: {done} of {validated.chunks} chunks"
        return self._end(entries, validated, loaded, "completed")

    def _end(
        self,
        entries: UploadLedger,
        validated: UploadValidated,
        loaded: LoadedPlan,
        outcome: Literal["completed", "rejected"],
    ) -> str:
        claim = entries.claim_outcome(Claim(plan=loaded.plan.id, outcome=outcome, at=self.clock()))
        if claim.plan != loaded.plan.id:
            return f"superseded by plan {claim.plan}"
        if claim.outcome == "completed" and not entries.is_committed():
            self._commit(entries.plan(loaded.plan.id), validated, loaded)
            entries.mark_committed(self.clock())
        self._publish(validated, claim, loaded)
        ended = self.clock()
        entries.mark_finished(ended)
        # deploy/monitoring measures uploads by this entry.
        log(
            "INFO",
            "upload ended",
            {
                "upload": validated.upload.id,
                "outcome": claim.outcome,
                "seconds": (ended - loaded.received.received_at).total_seconds(),
                "trace": loaded.received.trace,
            },
        )
        return claim.outcome

    def _commit(self, plan: PlanLedger, validated: UploadValidated, loaded: LoadedPlan) -> None:
        done = [plan.chunk_done(index) for index in range(validated.chunks)]
        streams = [entry.stream for entry in done if entry is not None]
        rows = sum(entry.rows for entry in done if entry is not None)
        if len(streams) != validated.chunks or rows != validated.counts.valid:
            raise Permanent(
                "commit.row_count",
                f"{len(streams)} of {validated.chunks} chunks hold {rows} rows; "
                f"validate_and_parse counted {validated.counts.valid}",
            )
        if streams:
            self.warehouse.commit(loaded.table, streams)
        else:
            # No rows is a fine upload, and its table should be there to be queried.
            self.warehouse.ensure_table(loaded.table)

    def _publish(self, validated: UploadValidated, claim: Claim, loaded: LoadedPlan) -> None:
        finished = UploadFinished(
            upload=validated.upload,
            plan=validated.plan,
            dataset=validated.dataset,
            outcome=claim.outcome,
            table=loaded.table.id,
            counts=validated.counts,
            reasons=validated.reasons,
            detail=validated.detail,
            rejects=validated.rejects,
            received_at=loaded.received.received_at,
            finished_at=claim.at,
        )
        self.finished_topic.publish(finished, loaded.received.trace)
