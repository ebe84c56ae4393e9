"""Step 5 of the delivery protocol: load one chunk into its pending write stream."""

from dataclasses import field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from csvgate.chunks.append_requests import REQUEST_BYTES, batches, rows_per_append
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, StreamCommitted, StreamGone, StreamShort, Warehouse
from csvgate.protocol.ledger.entries import ChunkDone, ChunkStream, Note
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.protocol.stream_ages import StreamAges
from enrichment.abandon import abandon, abandon_if_lost
from enrichment.sealed_load import SealedLoad

if TYPE_CHECKING:
    import pyarrow as pa

STAGING: Final = timedelta(days=7)
"""BigQuery deletes a staging table this long after its creation. A dead letter that is replayed
later loads the rows again."""


@dataclass(frozen=True, slots=True)
class PendingLoader:
    warehouse: Warehouse
    clock: Clock
    ages: StreamAges = field(default_factory=StreamAges)
    request_bytes: int = REQUEST_BYTES

    def load(self, load: SealedLoad, attempt: AttemptLedger, index: int, rows: "pa.Table") -> bool:
        """Append the chunk's rows and mark it done. Return False if the attempt turned out to be
        over: it is abandoned now, or another delivery has decided it. The stream is not finalized
        here: a finalized stream lives 4 hours, and the other chunks may take longer. Raises
        Transient and Permanent."""
        claim = self._claim(load, attempt, index, rows)
        # The claim also fixes the rows per append. With requests of another size, a retry would
        # find other rows at its offsets, or leave gaps.
        asked = self.clock()
        try:
            self.warehouse.append(claim.stream, rows.schema, batches(rows, claim.rows_per_append))
        except StreamGone as gone:
            abandon_if_lost(
                attempt,
                load.number,
                gone,
                claim.at,
                asked=asked,
                young=self.ages.young,
                clock=self.clock,
            )
            return False
        except StreamShort as short:
            abandon(attempt, load.number, short.message, self.clock)
            return False
        except StreamCommitted:
            return False
        done = ChunkDone(rows=rows.num_rows, at=self.clock())
        attempt.mark_done(load.number, index, done)
        return True

    def _claim(
        self, load: SealedLoad, attempt: AttemptLedger, index: int, rows: "pa.Table"
    ) -> ChunkStream:
        found = attempt.chunk_stream(load.number, index)
        if found is not None:
            self._note_repeat(load, index)
            return found
        self.warehouse.ensure_table(load.plan.table)
        table = load.destination(attempt.number)
        if not load.is_appended:
            self.warehouse.ensure_staging(load.plan.table, table.table, self.clock() + STAGING)
        # A delivery that loses this race leaves an empty stream, which expires uncommitted.
        stream = self.warehouse.create_stream(table, "pending")
        # The time is taken after the call, which may have been slow: an old stream that is not
        # found counts as lost, so no stream may seem older than it is.
        ours = ChunkStream(
            stream=stream,
            rows_per_append=rows_per_append(rows, self.request_bytes),
            at=self.clock(),
        )
        return attempt.claim_stream(load.number, index, ours)

    def _note_repeat(self, load: SealedLoad, index: int) -> None:
        note = Note(
            at=self.clock(),
            code="delivered.again",
            message=f"chunk {index} was started again: an earlier delivery failed or was repeated",
            function="enrich_records",
        )
        load.entries.note_repeat(f"enrich_records.chunk-{index:06d}", note)
