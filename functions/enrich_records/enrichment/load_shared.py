"""Step 9 of the delivery protocol: load a small upload over a COMMITTED stream shared with others.

The decision is also the claim of a place in the stream, and precedes the single append, which makes
all rows visible or none. A delivery that finds the decision of another one waits, then repeats the
same append at the same offset: it cannot take effect twice.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from csvgate.chunks.append_requests import REQUEST_BYTES, rows_per_append
from csvgate.ports import Clock, StreamGone, StreamShort, Warehouse
from csvgate.protocol.ledger.entries import Dead, Decision, SharedAppend
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.runtime.errors import Permanent, Transient
from enrichment.abandon import gone_until
from enrichment.count_visible import CountedRows
from enrichment.sealed_load import SealedLoad
from enrichment.shared_streams import SharedStreams

if TYPE_CHECKING:
    import pyarrow as pa

CLAIM: Final = timedelta(seconds=60)
"""So long a delivery is taken to be appending what it claimed."""
OLD: Final = timedelta(hours=1)
"""A younger stream may exist although the service does not find it."""
MISSING: Final = timedelta(minutes=10)
"""The time between two looks at a stream that is not found."""
_FENCED: Final = frozenset({"append.gap", "table.schema"})
"""Codes of appends that will not succeed on this stream any more."""


@dataclass(frozen=True, slots=True)
class SharedLoader:
    warehouse: Warehouse
    streams: SharedStreams
    counted: CountedRows
    clock: Clock
    request_bytes: int = REQUEST_BYTES

    def fits(self, rows: "pa.Table") -> bool:
        """Return whether the rows fit one append. Their size counts as they are appended: encoded
        and before the enrichment they may be a tenth of that."""
        return bool(rows_per_append(rows, self.request_bytes) >= rows.num_rows)

    def load(self, load: SealedLoad, attempt: AttemptLedger, rows: "pa.Table") -> Decision | None:
        """Decide the attempt and append. Return the decision; None if another delivery has decided
        before. Raises Transient and Permanent; the stream is then not used again."""
        table, schema = load.plan.table, rows.schema
        stream = self.streams.take(table, schema)
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
            # Nothing was sent, so that the next row still goes where it would have gone.
            self.streams.give_back(stream, table, schema)
            return None
        if self._append(place, rows):
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
        if self.clock() < decision.at + CLAIM:
            raise Transient(
                "load.claimed",
                f"another delivery has claimed the load at {decision.at.isoformat()}, for "
                f"{CLAIM.seconds} s",
            )
        try:
            if rows is not None:
                self._append(place, rows)
                return True
        except StreamShort:
            pass
        except StreamGone as gone:
            return self._missing(load, attempt, place, gone)
        except Transient as failure:
            if failure.code not in _FENCED:
                raise
        return self._fence(load, attempt, place)

    def _append(self, place: SharedAppend, rows: "pa.Table") -> bool:
        """Return whether this call appended the rows; they may have been there before."""
        (batch,) = rows.combine_chunks().to_batches()
        return self.warehouse.append_once(place.stream, place.offset, batch)

    def _fence(self, load: SealedLoad, attempt: AttemptLedger, place: SharedAppend) -> bool:
        """Close the stream: no append, however late it is executed, can change it any more."""
        try:
            count = self.warehouse.finalize(place.stream)
        except StreamGone as gone:
            return self._missing(load, attempt, place, gone)
        if count >= place.offset + place.rows:
            return True
        if count > place.offset and not self.counted.is_settled_as_not_loaded(attempt):
            raise Permanent(
                "load.contradictory",
                f"stream {place.stream} ends at row {count}, within the rows {place.offset} to "
                f"{place.offset + place.rows} of upload {load.upload}: something else wrote to it. "
                f"Compare the table, then run `csvgate settle {load.upload} --as …` and replay",
            )
        reason = f"stream {place.stream} is closed at row {count} of {place.offset}"
        attempt.mark_dead(Dead(reason=reason, at=self.clock()))
        return False

    def _missing(
        self, load: SealedLoad, attempt: AttemptLedger, place: SharedAppend, gone: StreamGone
    ) -> bool:
        """Believe that the stream is gone only if it is old and was not found before either."""
        now = self.clock()
        if now - place.created <= OLD:
            raise gone_until(gone, place.created + OLD)
        first = attempt.first_missing(now)
        if now - first < MISSING:
            raise gone_until(gone, first + MISSING)
        return self.counted.settle(load, attempt, gone.message)
