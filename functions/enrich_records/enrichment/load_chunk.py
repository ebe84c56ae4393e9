"""Step 2 of the delivery protocol: load one chunk into its pending write stream."""

from dataclasses import dataclass

from csvgate.chunks.append_requests import REQUEST_BYTES, batches, rows_per_append
from csvgate.chunks.arrow import decode
from csvgate.ports import Clock, Warehouse
from csvgate.protocol.ledger.entries import ChunkDone, ChunkStream
from csvgate.protocol.ledger.ledger import PlanLedger
from csvgate.protocol.messages.validated_records import Chunk
from csvgate.runtime.errors import Permanent
from enrichment.plans import LoadedPlan


@dataclass(frozen=True, slots=True)
class ChunkLoader:
    warehouse: Warehouse
    clock: Clock
    request_bytes: int = REQUEST_BYTES

    def load(self, chunk: Chunk, loaded: LoadedPlan, entries: PlanLedger) -> None:
        """Returns once the chunk is marked done. Raises Transient and Permanent."""
        table = decode(chunk.data)
        if table.num_rows != chunk.rows or not chunk.rows:
            raise Permanent(
                "chunk.malformed",
                f"chunk {chunk.index} has {table.num_rows} rows; its attributes say {chunk.rows}",
            )
        rows = loaded.enrichment.finish(
            loaded.enrichment.apply(table), chunk.rows_of, loaded.ingested_at
        )
        stream = entries.chunk_stream(chunk.index)
        if stream is None:
            self.warehouse.ensure_table(loaded.table)
            # A delivery that loses this race leaves an empty stream, which expires uncommitted.
            stream = entries.claim_stream(
                chunk.index,
                ChunkStream(
                    stream=self.warehouse.create_stream(loaded.table),
                    rows_per_append=rows_per_append(rows, self.request_bytes),
                    at=self.clock(),
                ),
            )
        # The claimed rows per append, not today's: with other requests a retry would meet offsets
        # that exist with other rows, or leave gaps.
        self.warehouse.append(stream.stream, rows.schema, batches(rows, stream.rows_per_append))
        count = self.warehouse.finalize(stream.stream)
        if count != chunk.rows:
            raise Permanent(
                "chunk.row_count",
                f"stream {stream.stream} has {count} rows, chunk {chunk.index} has {chunk.rows}",
            )
        done = ChunkDone(stream=stream.stream, rows=count, at=self.clock())
        entries.mark_done(chunk.index, done)
