"""Bugs of step 9: small uploads over shared streams."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from csvgate.chunks.arrow import decode
from csvgate.protocol.ledger.entries import Dead, Decision, SharedAppend
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.runtime.errors import Failure, Permanent
from enrichment import handler
from enrichment.handler import Enricher
from enrichment.load_shared import SharedLoader
from enrichment.sealed_load import SealedLoad, StagedRows
from simulate.mutants.wrapped import aged, both
from simulate.world.swap import swapped

Swap = AbstractContextManager[Any]


def _foreign_claim_acknowledged() -> Swap:
    original = Enricher.handle

    def handle(self: Enricher, work: Any, delivery: Any) -> str:
        try:
            return original(self, work, delivery)
        except Failure as failure:
            if failure.code == "load.claimed":
                return "claimed by another delivery"
            raise

    return swapped(Enricher, "handle", handle)


def _kept(after: str) -> Callable[[], Swap]:
    """A stream is used again although a call on it failed: `decide` or `append_once`."""

    def mutant() -> Swap:
        original = SharedLoader.load

        def load(self: SharedLoader, load: Any, attempt: AttemptLedger, rows: Any) -> Any:
            taken: list[Any] = []
            take_, decide_, append_ = self.streams.take, AttemptLedger.decide, SharedLoader._append

            def take(_: Any, *args: Any) -> Any:
                taken.append(take_(*args))
                return taken[-1]

            def decide(entries: AttemptLedger, *args: Any) -> Any:
                return guarded("decide", decide_, entries, *args)

            def append(loader: SharedLoader, *args: Any) -> Any:
                return guarded("append_once", append_, loader, *args)

            def guarded(name: str, call: Any, *args: Any) -> Any:
                try:
                    return call(*args)
                except Exception:
                    if name == after:
                        self.streams.give_back(taken[-1], load.plan.table, rows.schema)
                    raise

            with (
                swapped(type(self.streams), "take", take),
                swapped(AttemptLedger, "decide", decide),
                swapped(SharedLoader, "_append", append),
            ):
                return original(self, load, attempt, rows)

        return swapped(SharedLoader, "load", load)

    return mutant


def _not_finalized_before_dead() -> Swap:
    def fence(self: SharedLoader, load: Any, attempt: AttemptLedger, place: Any, _: Any) -> bool:
        warehouse: Any = self.warehouse
        if len(warehouse._stream(place.stream).rows) >= place.offset + place.rows:
            return True
        attempt.mark_dead(Dead(reason="not finalized", at=self.clock()))
        return False

    return swapped(SharedLoader, "_fence", fence)


def _gone_at_once() -> Swap:
    return both(aged("old"), aged("second_look"))


def _lane_by_encoded_size() -> Swap:
    def small(self: Enricher, load: SealedLoad, chunk: Any, staged: StagedRows) -> Any:
        if self.shared is None or len(load.seal.chunks) != 1:
            return None
        if load.seal.chunks[0].bytes > self.shared.request_bytes:
            return None
        rows = staged.enriched(load, chunk.index)
        return (self.shared, rows) if rows is not None else None

    return swapped(Enricher, "_small", small)


def _append_before_the_decision() -> Swap:
    def load(self: SharedLoader, load: Any, attempt: AttemptLedger, rows: Any) -> Any:
        table, schema = load.plan.table, rows.schema
        stream = self.streams.take(table, schema)
        place = SharedAppend(
            stream=stream.name,
            created=stream.created,
            offset=stream.offset,
            rows=rows.num_rows,
            nonce=stream.name,
        )
        if attempt.decision() is not None:
            return None
        self._append(place, rows)
        return attempt.decide(
            Decision(outcome="commit", seal=load.number, shared=place, at=self.clock())
        )

    return swapped(SharedLoader, "load", load)


def _refused_row_is_dead() -> Swap:
    """A refused row ends the attempt without closing its stream."""
    original = SharedLoader._append

    def append(self: SharedLoader, place: Any, rows: Any) -> bool:
        try:
            return original(self, place, rows)
        except Permanent:
            return False

    return swapped(SharedLoader, "_append", append)


def _chunk_of_the_message() -> Swap:
    """The address in the message is followed, and its digest compared, instead of the sealed."""
    original = StagedRows.enriched

    def enriched(self: StagedRows, load: SealedLoad, index: int) -> Any:
        if len(self.known) != 1:
            return original(self, load, index)
        ((digest, data),) = self.known.items()
        chunks = list(load.seal.chunks)
        chunks[index] = chunks[index].model_copy(update={"sha256": digest, "rows": 0})
        if data is None:
            return None
        chunks[index] = chunks[index].model_copy(update={"rows": decode(data).num_rows})
        seal = load.seal.model_copy(update={"chunks": tuple(chunks)})
        return replace(load, seal=seal).enriched(index, data)

    return both(
        swapped(StagedRows, "enriched", enriched),
        swapped(handler, "require_sealed", lambda *_, **__: None),
    )


SHARED: dict[str, Callable[[], Swap]] = {
    "foreign claim acknowledged": _foreign_claim_acknowledged,
    "stream kept after a doubtful claim": _kept("decide"),
    "stream kept after a doubtful append": _kept("append_once"),
    "no finalize before dead": _not_finalized_before_dead,
    "young NOT_FOUND of a shared stream believed": _gone_at_once,
    "lane by encoded size": _lane_by_encoded_size,
    "chunk taken from the message": _chunk_of_the_message,
    "append before the decision": _append_before_the_decision,
    "refused rows taken for loaded": _refused_row_is_dead,
}
