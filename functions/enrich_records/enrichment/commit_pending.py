"""Steps 6 and 7 of the delivery protocol: decide an attempt in pending streams, and commit it.

All deliveries that find the attempt decided repeat the same commit until its outcome is known. The
next attempt is opened only on proof that this one can never take effect.
"""

from concurrent.futures import Executor
from dataclasses import field

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, StreamCommitted, StreamGone, Warehouse
from csvgate.protocol.ledger.entries import ChunkStream, Decision, PendingCommit
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.protocol.stream_ages import StreamAges, named_time
from csvgate.runtime.concurrent_calls import map_bounded
from csvgate.runtime.errors import Permanent, Transient
from enrichment.abandon import abandon, abandon_if_lost
from enrichment.count_visible import CountedRows
from enrichment.sealed_load import SealedLoad


@dataclass(frozen=True, slots=True)
class PendingCommitter:
    warehouse: Warehouse
    counted: CountedRows
    pool: Executor
    clock: Clock
    ages: StreamAges = field(default_factory=StreamAges)

    def decide(self, load: SealedLoad, attempt: AttemptLedger) -> None:
        """Finalize the streams of all chunks and compare their row counts with the seal. Then
        decide the attempt: as a commit, or as abandoned if a stream is lost. All chunks must be
        done. Another delivery may decide first. Raises Transient and Permanent."""
        numbers = range(len(load.seal.chunks))
        claims = map_bounded(
            self.pool, lambda index: attempt.chunk_stream(load.number, index), numbers
        )
        streams = [claim for claim in claims if claim is not None]
        asked = self.clock()
        counts = list(map_bounded(self.pool, self._finalize, streams))
        for stream, count in zip(streams, counts, strict=True):
            if isinstance(count, StreamCommitted):
                return
            if isinstance(count, StreamGone):
                abandon_if_lost(
                    attempt,
                    load.number,
                    count,
                    stream.at,
                    asked=asked,
                    young=self.ages.young,
                    clock=self.clock,
                )
                return
        self._require_all_rows(load, attempt, counts)
        commit = PendingCommit(
            streams=tuple(stream.stream for stream in streams),
            oldest=min(stream.at for stream in streams),
        )
        attempt.create_decision(
            Decision(outcome="commit", seal=load.number, pending=commit, at=self.clock())
        )

    def commit(self, load: SealedLoad, attempt: AttemptLedger, commit: PendingCommit) -> bool:
        """Make the rows visible. Return False if they never will be: then the attempt is dead.
        Raises Transient `commit.unsettled` while that cannot be known, and Permanent
        `commit.partial`."""
        # The time is taken before the call, because this process may be paused for hours between
        # the answer and the next line.
        asked = self.clock()
        try:
            self.warehouse.commit(load.destination(attempt.number), commit.streams)
        except StreamGone as gone:
            known = commit.oldest + self.ages.commit_within
            if asked > known:
                return self.counted.settle(load, attempt, gone.message)
            if self.counted.is_settled_as_committed(attempt):
                return True
            raise Transient(
                "commit.unsettled",
                f"{gone.message}. Whether the commit took effect can be decided from "
                f"{named_time(known)} on; replay the dead letter then",
            ) from gone
        return True

    def _finalize(self, stream: ChunkStream) -> int | StreamGone | StreamCommitted:
        try:
            return self.warehouse.finalize(stream.stream)
        except (StreamGone, StreamCommitted) as failure:
            return failure

    def _require_all_rows(
        self,
        load: SealedLoad,
        attempt: AttemptLedger,
        counts: list[int | StreamGone | StreamCommitted],
    ) -> None:
        """Raise Permanent `commit.row_count`, after abandoning the attempt, if the streams do not
        hold exactly the rows that were sealed. A replay then loads the upload again."""
        expected = [chunk.rows for chunk in load.seal.chunks]
        if counts != expected or sum(expected) != load.seal.counts.valid:
            message = (
                f"the streams of attempt {attempt.number} hold {counts} rows; the seal lists "
                f"{expected}, and {load.seal.counts.valid} valid rows in all. Nothing is committed"
            )
            abandon(attempt, load.number, message, self.clock)
            raise Permanent("commit.row_count", message[:800])
