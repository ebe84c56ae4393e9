"""Bugs of steps 5 to 7: pending streams, the decision, the commit, the end of an upload."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from csvgate.chunks.append_requests import batches as cut
from csvgate.chunks.append_requests import rows_per_append
from csvgate.ports import Message, StreamGone
from csvgate.protocol.ledger import attempts
from csvgate.protocol.ledger.entries import ChunkDone, Dead, Decision, PendingCommit
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.protocol.ledger.paths import CHUNK_STREAM, Part
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate.runtime.errors import Transient
from enrichment import abandon, handler, load_pending
from enrichment.commit_pending import PendingCommitter
from enrichment.finish_upload import UploadFinisher
from enrichment.load_pending import PendingLoader
from fakes.bigquery import FakeWarehouse
from fakes.executor import InlineExecutor
from simulate.mutants.wrapped import Careless, Wrapped, aged, both
from simulate.world.swap import swapped

Swap = AbstractContextManager[Any]


def _commit_before_all_chunks() -> Swap:
    return both(
        swapped(AttemptLedger, "done_count", lambda self, seal, chunks, *_: chunks),
        swapped(PendingCommitter, "_require_all_rows", lambda *_: None),
    )


def _commit_one_by_one() -> Swap:
    def commit(self: PendingCommitter, load: Any, attempt: Any, commit: PendingCommit) -> bool:
        for stream in commit.streams:
            self.warehouse.commit(load.plan.table, [stream])
        return True

    return swapped(PendingCommitter, "commit", commit)


def _decision_not_exclusive() -> Swap:
    original = AttemptLedger.decide

    def decide(self: AttemptLedger, ours: Decision) -> Decision:
        original(self, ours)
        return ours

    return swapped(AttemptLedger, "decide", decide)


def _stream_not_exclusive() -> Swap:
    original = AttemptLedger.claim_stream

    def claim(self: AttemptLedger, seal: int, index: int, ours: Any) -> Any:
        original(self, seal, index, ours)
        return ours

    return swapped(AttemptLedger, "claim_stream", claim)


def _mark_before_append() -> Swap:
    append = FakeWarehouse.append
    original = PendingLoader.load

    def load(self: PendingLoader, load: Any, attempt: AttemptLedger, index: int, rows: Any) -> bool:
        def mark_first(warehouse: Any, stream: str, *args: Any) -> None:
            done = ChunkDone(rows=rows.num_rows, at=self.clock())
            attempt.mark_done(load.number, index, done)
            append(warehouse, stream, *args)

        warehouse: Any = Wrapped(self.warehouse, append=mark_first)
        return original(replace(self, warehouse=warehouse), load, attempt, index, rows)

    return swapped(PendingLoader, "load", load)


def _finalize_at_done() -> Swap:
    original = PendingLoader.load

    def load(self: PendingLoader, load: Any, attempt: AttemptLedger, index: int, rows: Any) -> bool:
        loaded = original(self, load, attempt, index, rows)
        claim = attempt.chunk_stream(load.number, index)
        if loaded and claim is not None:
            self.warehouse.finalize(claim.stream)
        return loaded

    return swapped(PendingLoader, "load", load)


def _offsets_not_checked() -> Swap:
    def accept(self: FakeWarehouse, name: str, offset: int, rows: list[Any]) -> bool:
        stream = self._stream(name)
        stream.rows.extend(rows)
        if stream.kind == "committed":
            stream.home.rows.extend(rows)
        return True

    return swapped(FakeWarehouse, "_accept", accept)


def _row_count_not_compared() -> Swap:
    return swapped(PendingCommitter, "_require_all_rows", lambda *_: None)


def _cuts_of_today() -> Swap:
    """A retry by other code appends other batches than the first delivery did."""
    loading: list[int] = []
    load_ = PendingLoader.load

    def load(self: PendingLoader, *args: Any) -> bool:
        loading.append(self.request_bytes)
        return load_(self, *args)

    def batches(rows: Any, pinned: int) -> Any:
        return cut(rows, rows_per_append(rows, loading[-1]))

    return both(swapped(PendingLoader, "load", load), swapped(load_pending, "batches", batches))


def _count_before_repeating() -> Swap:
    """After a commit without an answer the rows are counted, and the next attempt begins."""
    original = PendingCommitter.commit

    def commit(self: PendingCommitter, load: Any, attempt: AttemptLedger, commit: Any) -> bool:
        try:
            return original(self, load, attempt, commit)
        except Transient:
            if self.warehouse.count_rows(load.rows):
                return True
            attempt.mark_dead(Dead(reason="no row is visible", at=self.clock()))
            return False

    return swapped(PendingCommitter, "commit", commit)


def _two_names() -> Swap:
    """A commit and an abandonment are two objects, so that an attempt may have both."""
    original = AttemptLedger.create_decision

    def create(self: AttemptLedger, decision: Decision) -> bool:
        if decision.outcome != "abandoned":
            return original(self, decision)
        self.mark_dead(Dead(reason=decision.reason, at=decision.at))
        return True

    def current(upload: Any) -> attempts.CurrentAttempt:
        for entries in upload.attempts():
            if entries.dead() is None:
                return attempts.CurrentAttempt(entries, entries.decision())
        raise AssertionError

    return both(
        swapped(AttemptLedger, "create_decision", create),
        swapped(handler, "current_attempt", current),
    )


def _next_free_attempt() -> Swap:
    """What is true of one attempt abandons the first one that is undecided."""
    original = abandon.abandon

    def next_free(attempt: AttemptLedger, *args: Any) -> None:
        upload = attempt.ledger.upload(attempt.upload)
        free = next(each for each in upload.attempts() if each.decision() is None)
        original(free, *args)

    return both(swapped(abandon, "abandon", next_free), swapped(load_pending, "abandon", next_free))


def _streams_recomputed() -> Swap:
    """The commit names the streams that are claimed now, not those that were decided."""
    original = PendingCommitter.commit

    def commit(self: PendingCommitter, load: Any, attempt: AttemptLedger, frozen: Any) -> bool:
        ledger = attempt.ledger
        parts: dict[str, Part] = {"upload": attempt.upload, "attempt": attempt.number}
        claims = [ledger.get(CHUNK_STREAM, **each) for each in ledger.find(CHUNK_STREAM, **parts)]
        streams = tuple(claim.stream for claim in claims if claim is not None)
        return original(self, load, attempt, frozen.model_copy(update={"streams": streams}))

    return swapped(PendingCommitter, "commit", commit)


def _one_committed_not_believed() -> Swap:
    original = FakeWarehouse._commit

    def commit(self: FakeWarehouse, spec: Any, names: Any) -> None:
        if any(map(self.is_lost, names)):
            raise StreamGone("stream.gone", "one of the streams does not exist")
        original(self, spec, names)

    return swapped(FakeWarehouse, "_commit", commit)


def _counted_by_upload_only() -> Swap:
    def count_rows(self: FakeWarehouse, load: Any) -> int:
        self.effects.look("bigquery.count_rows", load.table.id)
        return sum(row["_upload_id"] == load.upload for row in self.rows(load.table.id))

    return swapped(FakeWarehouse, "count_rows", count_rows)


def _announced_first() -> Swap:
    original = UploadFinisher._commit

    def commit(self: UploadFinisher, load: Any, attempt: Any, *args: Any) -> bool:
        self.announce(load, attempt, args[0])
        return original(self, load, attempt, *args)

    return swapped(UploadFinisher, "_commit", commit)


def _finished_before_publish() -> Swap:
    original = UploadFinisher.announce

    def announce(self: UploadFinisher, load: Any, attempt: AttemptLedger, decision: Any) -> str:
        from csvgate.protocol.ledger.entries import Finished

        outcome = "rejected" if decision.outcome == "rejected" else "completed"
        attempt.mark_finished(Finished(outcome=outcome, at=self.clock()))
        return original(self, load, attempt, decision)

    return swapped(UploadFinisher, "announce", announce)


def _listed_after_finished() -> Swap:
    """The end is listed only once `finished.json` lets other deliveries return."""
    original = UploadFinisher.announce

    def announce(self: UploadFinisher, *args: Any) -> str:
        held = _Held()
        outcome = original(replace(self, pool=held), *args)
        held.run()
        return outcome

    return swapped(UploadFinisher, "announce", announce)


class _Held(InlineExecutor):
    """Runs calls later than they were submitted."""

    def __init__(self) -> None:
        self._calls: list[Callable[[], Any]] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **more: Any) -> "Future[Any]":
        self._calls.append(lambda: function(*args, **more))
        future: Future[Any] = Future()
        future.set_result(None)
        return future

    def run(self) -> None:
        for call in self._calls:
            call()


def _end_not_announced() -> Swap:
    return swapped(OutcomeTopic, "publish", lambda *_: None)


def _completion_id_random() -> Swap:
    numbers = count()
    original = OutcomeTopic.publish

    def publish(self: OutcomeTopic, *args: Any) -> None:
        def renamed(publisher: Any, topic: str, message: Message) -> Any:
            named = {**message.attributes, "ce-id": f"random-{next(numbers)}"}
            return publisher.publish(topic, Message(message.data, named))

        publisher: Any = Wrapped(self.publisher, publish=renamed)
        original(replace(self, publisher=publisher), *args)

    return swapped(OutcomeTopic, "publish", publish)


def _end_not_awaited() -> Swap:
    original = OutcomeTopic.publish

    def publish(self: OutcomeTopic, *args: Any) -> None:
        publisher: Any = Careless(self.publisher)
        original(replace(self, publisher=publisher), *args)

    return swapped(OutcomeTopic, "publish", publish)


def _found_decision_acknowledged() -> Swap:
    """The delivery that decided crashed, and its retry leaves the rest to it."""
    original = UploadFinisher.finish

    def finish(self: UploadFinisher, load: Any, attempt: Any, decision: Any, staged: Any) -> Any:
        if self.clock() - decision.at > timedelta(seconds=5):
            return "decided before"
        return original(self, load, attempt, decision, staged)

    return swapped(UploadFinisher, "finish", finish)


def _age_before_creation() -> Swap:
    """A stream counts as old although only the call that created it was slow."""
    original = AttemptLedger.claim_stream

    def claim(self: AttemptLedger, seal: int, index: int, ours: Any) -> Any:
        early = ours.model_copy(update={"at": ours.at - timedelta(hours=26)})
        return original(self, seal, index, early)

    return swapped(AttemptLedger, "claim_stream", claim)


PENDING: dict[str, Callable[[], Swap]] = {
    "commit before all chunks": _commit_before_all_chunks,
    "commit one by one": _commit_one_by_one,
    "decision not exclusive": _decision_not_exclusive,
    "stream not exclusive": _stream_not_exclusive,
    "mark before append": _mark_before_append,
    "finalize at done": _finalize_at_done,
    "offsets not checked": _offsets_not_checked,
    "row count not compared before the commit": _row_count_not_compared,
    "another cut than the claimed one": _cuts_of_today,
    "count before repeating the commit": _count_before_repeating,
    "dead without the 25 hours": lambda: aged("commit_within"),
    "claim and abandonment as two names": _two_names,
    "next free attempt number": _next_free_attempt,
    "stream list recomputed": _streams_recomputed,
    "one committed stream not believed": _one_committed_not_believed,
    "counting by _upload_id only": _counted_by_upload_only,
    "young NOT_FOUND of a pending stream believed": lambda: aged("young"),
    "age of a stream overestimated": _age_before_creation,
    "announced before the commit": _announced_first,
    "finished before it is announced": _finished_before_publish,
    "finished before it is listed": _listed_after_finished,
    "end not announced": _end_not_announced,
    "completion id random": _completion_id_random,
    "end not awaited": _end_not_awaited,
    "found decision acknowledged": _found_decision_acknowledged,
}
