"""Step 3 of the delivery protocol: whoever sees the last piece fall into place ends the upload.

Called after every chunk and on the marker. Several may get here at once, or again later: the claim
names the one plan that may end the upload, the commit and the event's identifier are the same.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from csvgate.ports import Clock, Warehouse
from csvgate.protocol.events import UploadFinished, UploadValidated
from csvgate.protocol.ledger.entries import OutcomeClaim
from csvgate.protocol.ledger.ledger import Ledger, PlanLedger, UploadLedger
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate.runtime.errors import Permanent
from csvgate.runtime.log import log
from enrichment.plans import LoadedPlan

_LASTS: Final = timedelta(hours=12)
"""A stream this young is taken to be there; the service keeps it for a day at least."""


@dataclass(frozen=True, slots=True)
class UploadFinisher:
    ledger: Ledger
    warehouse: Warehouse
    outcome_topic: OutcomeTopic
    clock: Clock

    def finish(self, upload: str, loaded: LoadedPlan) -> str:
        """The outcome's name. Raises Transient and Permanent."""
        entries = self.ledger.upload(upload)
        plan = entries.plan(loaded.plan.id)
        validated = plan.validated()
        if validated is None:
            return "waiting: not all chunks are published"
        if validated.status != "valid":
            return self._end(entries, validated, loaded, "rejected")
        done = plan.done_count(validated.chunks)
        if done < validated.chunks:
            return f"waiting: {done} of {validated.chunks} chunks"
        # No stream of it is older than the upload: most need not be asked for.
        if self.clock() - loaded.received.received_at > _LASTS and entries.outcome_claim() is None:
            self._check_old_streams(plan)
        return self._end(entries, validated, loaded, "completed")

    def _check_old_streams(self, plan: PlanLedger) -> None:
        """A pending stream does not live for ever. Once the claim is made its plan alone may
        commit, so a lost stream must be found before: then another plan can take this one's place.
        Raises Permanent `stream.gone`."""
        for _, done in plan.done_chunks():
            if self.clock() - done.at > _LASTS:
                self.warehouse.finalize(done.stream)

    def _end(
        self,
        entries: UploadLedger,
        validated: UploadValidated,
        loaded: LoadedPlan,
        outcome: Literal["completed", "rejected"],
    ) -> str:
        claim = entries.claim_outcome(
            OutcomeClaim(plan=loaded.plan.id, outcome=outcome, at=self.clock())
        )
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

    def _publish(self, validated: UploadValidated, claim: OutcomeClaim, loaded: LoadedPlan) -> None:
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
        self.outcome_topic.publish(finished, loaded.received.trace)
