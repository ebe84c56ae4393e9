"""Step 3 of the delivery protocol: the delivery that finds everything done ends the upload.

Every chunk and the marker try. Several deliveries may get here at the same time, or again later:
the claim names the one plan that may end the upload, and all of them repeat the same commit and
publish the same event.
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

_STREAM_AGE: Final = timedelta(hours=12)
"""Streams younger than this are assumed to exist."""


@dataclass(frozen=True, slots=True)
class UploadFinisher:
    ledger: Ledger
    warehouse: Warehouse
    outcome_topic: OutcomeTopic
    clock: Clock

    def finish(self, upload: str, loaded: LoadedPlan) -> str:
        """Return the outcome's name. Raises Transient and Permanent."""
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
        # No stream is older than its upload, so that for most uploads nothing has to be checked.
        if (
            self.clock() - loaded.received.received_at > _STREAM_AGE
            and entries.outcome_claim() is None
        ):
            self._check_old_streams(plan)
        return self._end(entries, validated, loaded, "completed")

    def _check_old_streams(self, plan: PlanLedger) -> None:
        """Find out whether old streams still exist, because the service deletes pending streams.
        After the claim only this plan may commit, so a lost stream must be found before it: then
        another plan can replace this one. Raises Permanent `stream.gone`."""
        for _, done in plan.done_chunks():
            if self.clock() - done.at > _STREAM_AGE:
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
        # deploy/monitoring measures uploads by this log entry.
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
            # An upload without rows is valid, and its table should exist for queries.
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
