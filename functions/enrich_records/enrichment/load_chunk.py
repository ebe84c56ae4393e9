"""Step 2 of the delivery protocol: one chunk into a pending write stream, done exactly once."""

from dataclasses import dataclass

from csvgate.chunks.append_requests import REQUEST_BYTES, batches, rows_per_append
from csvgate.chunks.arrow import decode
from csvgate.ports import Clock, Warehouse
from csvgate.protocol.ledger.entries import ChunkDone, ChunkStream
from csvgate.protocol.ledger.ledger import PlanLedger
from csvgate.runtime.errors import Permanent
from enrichment.chunk_message import ChunkRef
from enrichment.plans import LoadedPlan


@dataclass(frozen=True, slots=True)
class ChunkLoader:
    warehouse: Warehouse
    clock: Clock
    request_bytes: int = REQUEST_BYTES

    def load(self, ref: ChunkRef, data: bytes, loaded: LoadedPlan, entries: PlanLedger) -> None:
        """Returns once the chunk is marked done. Raises Transient and Permanent."""
        chunk = decode(data)
        if chunk.num_rows != ref.rows or not ref.rows:
            raise Permanent(
                "chunk.malformed",
                f"chunk {ref.index} has {chunk.num_rows} rows; its attributes say {ref.rows}",
            )
        rows = loaded.enrichment.finish(
            loaded.enrichment.apply(chunk), ref.rows_of, loaded.ingested_at
        )
        stream = entries.chunk_stream(ref.index)
        if stream is None:
            self.warehouse.ensure_table(loaded.table)
            # Losing the race leaves ours without rows: it is never committed, and expires.
            stream = entries.claim_stream(
                ref.index,
                ChunkStream(
                    stream=self.warehouse.create_stream(loaded.table),
                    rows_per_append=rows_per_append(rows, self.request_bytes),
                    at=self.clock(),
                ),
            )
        # The pinned size, not today's: another cut would find its offsets taken, or leave gaps.
        self.warehouse.append(stream.stream, rows.schema, batches(rows, stream.rows_per_append))
        count = self.warehouse.finalize(stream.stream)
        if count != ref.rows:
            raise Permanent(
                "chunk.row_count",
                f"stream {stream.stream} has {count} rows, chunk {ref.index} has {ref.rows}",
            )
        entries.mark_done(ref.index, ChunkDone(stream=stream.stream, rows=count, at=self.clock()))
