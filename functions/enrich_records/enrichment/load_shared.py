"""Step 9 of the delivery protocol: load a small upload over a COMMITTED stream shared with others.

The decision is also the claim of a place in the stream, and precedes the single append, which makes
all rows visible or none. A delivery that finds the decision of another one waits, then repeats the
same append at the same offset: it cannot take effect twice.
"""

from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from csvgate.chunks.append_requests import REQUEST_BYTES, rows_per_append
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, StreamGone, StreamShort, Warehouse
from csvgate.protocol.ledger.entries import Dead, Decision, SharedAppend
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.protocol.stream_ages import StreamAges
from csvgate.runtime.errors import Failure, Permanent, Transient
from enrichment.abandon import gone_until
from enrichment.count_visible import CountedRows
from enrichment.sealed_load import SealedLoad
from enrichment.shared_streams import SharedStreams

if TYPE_CHECKING:
    import pyarrow as pa

CLAIM: Final = timedelta(seconds=60)
"""For this long after its decision, a delivery is assumed to be still appending."""
_FENCED: Final = frozenset({"append.gap", "table.schema"})
"""Codes of failures after which no append at this offset can succeed any more."""


@dataclass(frozen=True, slots=True)
class SharedLoader:
    warehouse: Warehouse
    streams: SharedStreams
    counted: CountedRows
    clock: Clock
    ages: StreamAges = field(default_factory=StreamAges)
    request_bytes: int = REQUEST_BYTES

    def fits(self, rows: "pa.Table") -> bool:
        """Return whether the rows fit one append. What counts is their size in the append request:
        the staged chunk, encoded and not enriched yet, may be a tenth of that."""
        return bool(rows_per_append(rows, self.request_bytes) >= rows.num_rows)

    def load(self, load: SealedLoad, attempt: AttemptLedger, rows: "pa.Table") -> Decision | None:
        """Decide the attempt and append. Return the decision; None if another delivery has decided
        before. Raises Transient and Permanent; the stream is then not used again."""
        table, schema = load.plan.table, rows.schema
        try:
            stream = self.streams.take(table, schema)
        except Failure:
            # The table may have been changed or dropped since the upload was loaded.
            if attempt.decision() is None:
                raise
            return None
        nonce = uuid4().hex
        place = SharedAppend(
            stream=stream.name,
            created=stream.created,
            offset=stream.offset,
            rows=rows.num_rows,
            nonce=nonce,
        )
        standing = attempt.decide(
            Decision(outcome="commit", seal=load.number, shared=place, at=self.clock())
        )
        if standing.shared is None or standing.shared.nonce != nonce:
            # Nothing was sent, so the offset of the stream is still known.
            self.streams.give_back(stream, table, schema)
            return None
        try:
            is_ours = self._append(place, rows)
        except StreamGone:
            self.streams.forget(table)
            raise
        if is_ours:
            self.streams.give_back(self.streams.appended(stream, rows.num_rows), table, schema)
        return standing

    def resume(
        self,
        load: SealedLoad,
        attempt: AttemptLedger,
        decision: Decision,
        place: SharedAppend,
        rows: "pa.Table | None",
    ) -> bool:
        """Find out whether the rows are loaded, and load them if they may still be. `rows` is None
        if the staged chunk is gone. Return False if they never will be: then the attempt is dead.
        Raises Transient and Permanent."""
        if self.counted.is_settled_as_committed(attempt):
            return True
        # The time is taken before the calls, because this process may be paused for hours between
        # an answer and the next line.
        asked = self.clock()
        if asked < decision.at + CLAIM:
            raise Transient(
                "load.claimed",
                f"another delivery claimed the load at {decision.at.isoformat()} and may be "
                f"appending for {CLAIM.seconds} s; a retry after that repeats the append",
            )
        if self.counted.is_settled_as_not_loaded(attempt):
            # The append may fail at every repetition, so only the closed stream shows the outcome.
            return self._fence(load, attempt, place, asked)
        try:
            if rows is not None:
                self._append(place, rows)
                return True
        except StreamShort:
            pass
        except StreamGone as gone:
            return self._missing(load, attempt, place, gone, asked)
        except Transient as failure:
            if failure.code not in _FENCED:
                raise
        return self._fence(load, attempt, place, asked)

    def _append(self, place: SharedAppend, rows: "pa.Table") -> bool:
        """Return True if this call appended the rows, and False if they were already there."""
        (batch,) = rows.combine_chunks().to_batches()
        return self.warehouse.append_once(place.stream, place.offset, batch)

    def _fence(
        self, load: SealedLoad, attempt: AttemptLedger, place: SharedAppend, asked: datetime
    ) -> bool:
        """Close the stream: no append, however late it is executed, can change it any more."""
        try:
            count = self.warehouse.finalize(place.stream)
        except StreamGone as gone:
            return self._missing(load, attempt, place, gone, asked)
        if count >= place.offset + place.rows:
            return True
        if count > place.offset and not self.counted.is_settled_as_not_loaded(attempt):
            raise Permanent(
                "load.contradictory",
                f"stream {place.stream} ends at row {count}, within the rows {place.offset} to "
                f"{place.offset + place.rows} of upload {load.upload}: another program wrote to it."
                " Look at the rows with this _upload_id in the table, run `csvgate settle "
                f"{load.upload} --as committed` or `--as not-loaded`, then replay this letter",
            )
        reason = (
            f"stream {place.stream} was closed at row {count}, before its rows from {place.offset} "
            "on were appended"
        )
        attempt.mark_dead(Dead(reason=reason, at=self.clock()))
        return False

    def _missing(
        self,
        load: SealedLoad,
        attempt: AttemptLedger,
        place: SharedAppend,
        gone: StreamGone,
        asked: datetime,
    ) -> bool:
        """Believe that the stream is gone only if it was old when it was asked for, and was not
        found some minutes before either. A young stream that is not found proves nothing and is
        not recorded."""
        if asked - place.created <= self.ages.old:
            raise gone_until(gone, place.created + self.ages.old)
        first = attempt.first_missing(asked)
        if asked - first < self.ages.second_look:
            raise gone_until(gone, first + self.ages.second_look)
        return self.counted.settle(load, attempt, gone.message)
