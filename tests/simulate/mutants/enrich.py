"""Bugs of steps 2 to 4: streams, commit, the end of an upload."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from itertools import count
from typing import Any

from enrichment.load_chunk import ChunkLoader

from csvgate.chunks.append_requests import batches as cut
from csvgate.chunks.append_requests import rows_per_append
from csvgate.ports import Message
from csvgate.protocol.ledger.entries import ChunkDone, OutcomeClaim
from csvgate.protocol.ledger.ledger import PlanLedger, UploadLedger
from csvgate.protocol.ledger.paths import CHUNK_DONE
from csvgate.protocol.messages.validated_records import Chunk
from csvgate.protocol.outcome_events import OutcomeTopic
from enrichment import load_chunk
from enrichment.finish_upload import UploadFinisher
from enrichment.handler import Enricher
from fakes.bigquery import FakeWarehouse
from simulate.world.swap import swapped

Swap = AbstractContextManager[Any]


def _commit_before_all_chunks() -> Swap:
    def commit(self: UploadFinisher, plan: PlanLedger, validated: Any, loaded: Any) -> None:
        streams = [done.stream for _, done in plan.done_chunks()]
        self.warehouse.ensure_table(loaded.table)
        self.warehouse.commit(loaded.table, streams)

    stack = ExitStack()
    stack.enter_context(swapped(PlanLedger, "done_count", lambda self, chunks=None: 1_000_000))
    stack.enter_context(swapped(UploadFinisher, "_commit", commit))
    return stack


def _commit_one_by_one() -> Swap:
    def commit(self: UploadFinisher, plan: PlanLedger, validated: Any, loaded: Any) -> None:
        self.warehouse.ensure_table(loaded.table)
        for _, done in plan.done_chunks():
            self.warehouse.commit(loaded.table, [done.stream])

    return swapped(UploadFinisher, "_commit", commit)


def _threshold_after_commit() -> Swap:
    original = UploadFinisher._end

    def end(self: UploadFinisher, entries: Any, validated: Any, loaded: Any, outcome: str) -> str:
        done = entries.plan(loaded.plan.id).done_count() == validated.chunks
        if validated.status == "over_limit" and done:
            self._commit(entries.plan(loaded.plan.id), validated, loaded)
        return original(self, entries, validated, loaded, outcome)  # type: ignore[arg-type]

    return swapped(UploadFinisher, "_end", end)


def _threshold_ignored() -> Swap:
    original = UploadFinisher._end

    def end(self: UploadFinisher, entries: Any, validated: Any, loaded: Any, outcome: str) -> str:
        over = validated.status == "over_limit"
        if over and entries.plan(loaded.plan.id).done_count() < validated.chunks:
            return "waiting"
        kept = "completed" if over else outcome
        return original(self, entries, validated, loaded, kept)  # type: ignore[arg-type]

    return swapped(UploadFinisher, "_end", end)


def _outcome_claim_not_exclusive() -> Swap:
    original = UploadLedger.claim_outcome

    def claim(self: UploadLedger, ours: OutcomeClaim) -> OutcomeClaim:
        original(self, ours)
        return ours

    return swapped(UploadLedger, "claim_outcome", claim)


def _chunk_not_exclusive() -> Swap:
    """Each delivery loads a stream of its own and overwrites the mark. (The claim of a stream alone
    is not needed for safety: the mark decides which stream is committed.)"""

    def load(self: Enricher, chunk: Chunk, entries: UploadLedger) -> str:
        loaded = self.plans.load(chunk.upload, chunk.plan)
        self.chunks.load(chunk, loaded, entries.plan(chunk.plan))
        return self.finisher.finish(chunk.upload, loaded)

    def mark(self: PlanLedger, index: int, done: ChunkDone) -> None:
        store: Any = self.ledger.store
        store.buckets["ledger"].pop(
            CHUNK_DONE.name(upload=self.upload, plan=self.id, chunk=index), None
        )
        original(self, index, done)

    original = PlanLedger.mark_done
    stack = ExitStack()
    stack.enter_context(swapped(PlanLedger, "chunk_stream", lambda self, index: None))
    stack.enter_context(swapped(PlanLedger, "claim_stream", lambda self, index, ours: ours))
    stack.enter_context(swapped(Enricher, "_chunk", load))
    stack.enter_context(swapped(PlanLedger, "mark_done", mark))
    return stack


def _mark_before_append() -> Swap:
    append = FakeWarehouse.append
    original = ChunkLoader.load

    def load(self: ChunkLoader, chunk: Chunk, loaded: Any, entries: Any) -> None:
        def mark_first(warehouse: Any, stream: str, *args: Any) -> None:
            entries.mark_done(
                chunk.index, ChunkDone(stream=stream, rows=chunk.rows, at=self.clock())
            )
            append(warehouse, stream, *args)

        warehouse: Any = _Wrapped(self.warehouse, append=mark_first)
        original(replace(self, warehouse=warehouse), chunk, loaded, entries)

    return swapped(ChunkLoader, "load", load)


class _Wrapped:
    """A port with one method replaced, for one caller."""

    def __init__(self, port: Any, **methods: Callable[..., Any]) -> None:
        self._port, self._methods = port, methods

    def __getattr__(self, name: str) -> Any:
        method = self._methods.get(name)
        if method is None:
            return getattr(self._port, name)
        return lambda *args: method(self._port, *args)


def _mark_before_finalize() -> Swap:
    original = ChunkLoader.load

    def load(self: ChunkLoader, chunk: Chunk, loaded: Any, entries: Any) -> None:
        def mark_first(warehouse: Any, stream: str) -> int:
            entries.mark_done(
                chunk.index, ChunkDone(stream=stream, rows=chunk.rows, at=self.clock())
            )
            rows: int = warehouse.finalize(stream)
            return rows

        warehouse: Any = _Wrapped(self.warehouse, finalize=mark_first)
        original(replace(self, warehouse=warehouse), chunk, loaded, entries)

    return swapped(ChunkLoader, "load", load)


def _offsets_not_checked() -> Swap:
    def accept(self: FakeWarehouse, name: str, offset: int, rows: list[Any]) -> None:
        self._stream(name).rows.extend(rows)

    return swapped(FakeWarehouse, "_accept", accept)


def _row_count_not_checked() -> Swap:
    """Offsets are not checked either; otherwise they would catch it."""
    stack = ExitStack()
    stack.enter_context(_offsets_not_checked())
    original = ChunkLoader.load

    def load(self: ChunkLoader, chunk: Chunk, *args: Any) -> None:
        warehouse: Any = _Wrapped(
            self.warehouse, finalize=lambda port, stream: port.finalize(stream) and chunk.rows
        )
        original(replace(self, warehouse=warehouse), chunk, *args)

    stack.enter_context(swapped(ChunkLoader, "load", load))
    return stack


def _cuts_of_today() -> Swap:
    """A retry by other code appends other batches than the first delivery did."""
    loading: list[int] = []
    load_ = ChunkLoader.load

    def load(self: ChunkLoader, *args: Any) -> None:
        loading.append(self.request_bytes)
        load_(self, *args)

    def batches(rows: Any, pinned: int) -> Any:
        return cut(rows, rows_per_append(rows, loading[-1]))

    stack = ExitStack()
    stack.enter_context(swapped(ChunkLoader, "load", load))
    stack.enter_context(swapped(load_chunk, "batches", batches))
    return stack


def _end(steps: str) -> Callable[..., str]:
    """`UploadFinisher._end` with its last steps in another order: c commits, m marks the commit,
    p publishes, f finishes."""

    def end(self: UploadFinisher, entries: Any, validated: Any, loaded: Any, outcome: Any) -> str:
        plan = loaded.plan.id
        claim = entries.claim_outcome(OutcomeClaim(plan=plan, outcome=outcome, at=self.clock()))
        if claim.plan != plan:
            return f"superseded by plan {claim.plan}"
        to_commit = claim.outcome == "completed" and not entries.is_committed()
        for step in steps:
            if step == "c" and to_commit:
                self._commit(entries.plan(plan), validated, loaded)
            elif step == "m" and to_commit:
                entries.mark_committed(self.clock())
            elif step == "p":
                self._publish(validated, claim, loaded)
            elif step == "f":
                entries.mark_finished(self.clock())
        outcome_: str = claim.outcome
        return outcome_

    return end


def _completion_id_random() -> Swap:
    numbers = count()
    original = OutcomeTopic.publish

    def publish(self: OutcomeTopic, *args: Any) -> None:
        def renamed(publisher: Any, topic: str, message: Message) -> Any:
            named = {**message.attributes, "ce-id": f"random-{next(numbers)}"}
            return publisher.publish(topic, Message(message.data, named))

        publisher: Any = _Wrapped(self.publisher, publish=renamed)
        original(replace(self, publisher=publisher), *args)

    return swapped(OutcomeTopic, "publish", publish)


def _end_not_awaited() -> Swap:
    from simulate.mutants.validate import _Careless

    original = OutcomeTopic.publish

    def publish(self: OutcomeTopic, *args: Any) -> None:
        original(replace(self, publisher=_Careless(self.publisher)), *args)

    return swapped(OutcomeTopic, "publish", publish)


def _claimed_rejection_not_told() -> Swap:
    """The delivery that claimed a rejection crashed, and its retry does not announce it."""
    original = Enricher._chunk

    def load(self: Enricher, chunk: Chunk, entries: UploadLedger) -> str:
        claim = entries.outcome_claim()
        if claim is not None and claim.outcome == "rejected":
            return "not needed"
        return original(self, chunk, entries)

    return swapped(Enricher, "_chunk", load)


ENRICH: dict[str, Callable[[], Swap]] = {
    "commit before all chunks": _commit_before_all_chunks,
    "commit one by one": _commit_one_by_one,
    "threshold after commit": _threshold_after_commit,
    "threshold ignored": _threshold_ignored,
    "outcome claim not exclusive": _outcome_claim_not_exclusive,
    "chunk not exclusive": _chunk_not_exclusive,
    "mark before append": _mark_before_append,
    "mark before finalize": _mark_before_finalize,
    "offsets not checked": _offsets_not_checked,
    "offsets and row counts not checked": _row_count_not_checked,
    "another cut than the pinned one": _cuts_of_today,
    "marked committed before the commit": lambda: swapped(UploadFinisher, "_end", _end("mcpf")),
    "finished before publish": lambda: swapped(UploadFinisher, "_end", _end("cmfp")),
    "published before commit": lambda: swapped(UploadFinisher, "_end", _end("pcmf")),
    "finished without telling": lambda: swapped(UploadFinisher, "_end", _end("cmf")),
    "completion id random": _completion_id_random,
    "end not awaited": _end_not_awaited,
    "claimed rejection not announced": _claimed_rejection_not_told,
}
