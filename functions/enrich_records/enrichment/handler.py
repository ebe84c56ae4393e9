"""Handle the messages of validated-records: load a chunk, and bring its upload to an end.

A delivery returns only if the upload is finished, if it did everything that remained itself, or if
it saw a chunk that is not done, whose message is not acknowledged yet. If a chunk has failed, that
holds for the failed chunk, whose message may be a dead letter by now (failed_chunk.py). Success
acknowledges the message for every duplicate, so "another delivery is working on it" is raised as
transient.
"""

from concurrent.futures import Executor
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, Self

from cloudevents.http import CloudEvent

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, ObjectStore, Warehouse
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.events import ChunkAddress
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.day_index import index_failed
from csvgate.protocol.ledger.entries import Decision, Received, Seal
from csvgate.protocol.ledger.ledger import AttemptLedger, Ledger, UploadLedger
from csvgate.protocol.messages.validated_records import (
    SealedUpload,
    parse_validated_records,
    require_sealed,
)
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate.protocol.plan import require_protocol
from csvgate.protocol.staging import read_staged
from csvgate.protocol.stream_ages import StreamAges
from csvgate.runtime.errors import Failure, Permanent, Transient
from csvgate.runtime.failure_boundary import Unfinished
from csvgate.runtime.late import late
from csvgate.runtime.start_up import Runtime
from enrichment.commit_pending import PendingCommitter
from enrichment.count_visible import CountedRows
from enrichment.failed_chunk import FirstFailure
from enrichment.failed_effect import EFFECT_FAILED, effect_failed
from enrichment.finish_upload import UploadFinisher
from enrichment.load_pending import PendingLoader
from enrichment.load_shared import SharedLoader
from enrichment.plans import Plans
from enrichment.republish import Republisher
from enrichment.sealed_load import SealedLoad, StagedRows, require_origin, unknown_seal
from enrichment.shared_streams import SharedStreams

if TYPE_CHECKING:
    import pyarrow as pa

    from enrichment.effects.carry_out import UploadEffects

_MOST_STEPS: Final = 20
"""The most steps that one delivery takes; each advances the current attempt or ends it."""
SEVERAL: Final = 2
"""From this number of chunks on, an upload has messages that a failed chunk can hold back."""


@dataclass(frozen=True, slots=True)
class Enricher:
    store: ObjectStore
    ledger: Ledger
    pool: Executor
    staging_bucket: str
    plans: Plans
    pending: PendingLoader
    shared: SharedLoader | None
    """Loads small uploads; None if they are loaded over pending streams too."""
    committer: PendingCommitter
    finisher: UploadFinisher
    republisher: Republisher
    first_failure: FirstFailure
    outcome_topic: OutcomeTopic
    clock: Clock

    @classmethod
    def of(cls, runtime: Runtime, warehouse: Warehouse, clock: Clock) -> Self:
        settings, ledger = runtime.settings, runtime.ledger
        topic = OutcomeTopic(runtime.publisher, settings.complete_topic, settings.function, clock)
        counted = CountedRows(warehouse, clock)
        ages = StreamAges(timedelta(seconds=settings.stream_hour_seconds))
        committer = PendingCommitter(warehouse, counted, runtime.pool, clock, ages)
        shared = SharedLoader(warehouse, SharedStreams(warehouse, clock), counted, clock, ages)

        def effects() -> "UploadEffects":
            # Uploads that are only appended save its import at a cold start.
            from enrichment.effects.carry_out import UploadEffects

            return UploadEffects.of(ledger, warehouse, clock)

        return cls(
            store=runtime.store,
            ledger=ledger,
            pool=runtime.pool,
            staging_bucket=settings.staging_bucket,
            plans=Plans(ledger),
            pending=PendingLoader(warehouse, clock, ages),
            shared=shared if settings.small_uploads == "shared" else None,
            committer=committer,
            finisher=UploadFinisher(
                warehouse, committer, shared, late(effects), topic, runtime.pool, clock
            ),
            republisher=Republisher(
                runtime.publisher, settings.validated_topic, settings.staging_bucket, clock
            ),
            first_failure=FirstFailure(clock),
            outcome_topic=topic,
            clock=clock,
        )

    def decode(self, event: CloudEvent, delivery: Delivery) -> SealedUpload:  # noqa: ARG002
        return parse_validated_records(delivery.message)

    def context(self, work: SealedUpload) -> dict[str, str]:
        context = {"upload": work.upload, "plan": work.plan}
        if work.chunk is not None:
            context["chunk"] = str(work.chunk.index)
        return context

    def object_name(self, work: SealedUpload) -> str:
        received = self.ledger.upload(work.upload).received()
        return received.upload.name if received else ""

    def give_up(self, work: SealedUpload, failure: Failure) -> None:
        """Announce the failure by email, if the ledger knows the upload that the message names."""
        entries = self.ledger.upload(work.upload)
        received = entries.received()
        if received is not None:
            index_failed(self.ledger, received, failure.code, self.clock())
            self.outcome_topic.publish_failure(failure, received, entries, entries.seal(work.seal))

    def handle(self, work: SealedUpload, delivery: Delivery) -> str:  # noqa: ARG002
        """Return the outcome's name. Raises Transient and Permanent."""
        entries, received, seal, staged = self._read(work)
        try:
            plan = self.plans.load(seal.plan, received)
        except Permanent as failure:
            return self._without_plan(entries, received, seal, work, failure)
        load = SealedLoad(entries, received, work.seal, seal, plan)
        # A small upload is decided without reading the ledger first: if another delivery was
        # faster, the ledger refuses this decision, and the loop continues with the one that stands.
        outcome = None
        if work.chunk is not None and (small := self._first_try(load, work.chunk, staged)):
            outcome = self._load_small(load, load.entries.attempt(1), *small)
        for _ in range(_MOST_STEPS):
            if outcome is not None:
                return outcome
            outcome = self._advance(load, work.chunk, staged)
        raise Transient(
            "load.unsettled",
            f"other deliveries changed the state of upload {load.upload} {_MOST_STEPS} times "
            "during this one; a retry continues",
        )

    def _read(self, work: SealedUpload) -> tuple[UploadLedger, Received, Seal, StagedRows]:
        """Read the pin, the seal and the staged chunk at the same time, and check the message
        against them. The chunk's address is computed from the settings; the one in the message is
        compared with it and never followed."""
        entries = self.ledger.upload(work.upload)
        received = self.pool.submit(entries.received)
        seal = self.pool.submit(entries.seal, work.seal)
        staged = StagedRows(self.store, self.staging_bucket)
        if work.chunk is not None:
            digest = work.chunk.sha256
            staged.known[digest] = self.pool.submit(
                read_staged, self.store, self.staging_bucket, work.upload, digest
            ).result()
        pinned, sealed = received.result(), seal.result()
        if pinned is None or sealed is None:
            raise unknown_seal(work.upload, work.seal)
        require_protocol(pinned)
        require_sealed(work, pinned, sealed, staging_bucket=self.staging_bucket)
        require_origin(entries, sealed)
        return entries, pinned, sealed, staged

    def _without_plan(
        self,
        entries: UploadLedger,
        received: Received,
        seal: Seal,
        work: SealedUpload,
        failure: Permanent,
    ) -> str:
        """Handle a message of an upload that cannot be enriched at all. Every message of the upload
        would fail alike, so only the first failed chunk raises; the marker has nothing to do while
        a chunk is not done. Raises Transient and the failure."""
        current, chunks = current_attempt(entries), len(seal.chunks)
        attempt, chunk = current.entries, work.chunk
        if current.decision is not None or chunks < SEVERAL:
            raise failure
        self.republisher.ensure(received, entries, attempt)
        if chunk is None:
            done = attempt.done_count(work.seal, chunks)
            outcome = _waiting(done, chunks) if done < chunks else None
        else:
            outcome = self.first_failure.raised(attempt, work.seal, chunk.index, failure)
        if outcome is None:
            raise failure
        return outcome

    def _advance(
        self, load: SealedLoad, chunk: ChunkAddress | None, staged: StagedRows
    ) -> str | None:
        """Do what the current attempt needs next. Return the outcome's name once this delivery has
        nothing left to do."""
        current = current_attempt(load.entries)
        attempt, decision = current.entries, current.decision
        # The message of an upload's only chunk is acknowledged only once the upload is finished, so
        # it does not need to be published again. Each further copy could open another attempt,
        # without end.
        if chunk is None or len(load.seal.chunks) != 1:
            self.republisher.ensure(load.received, load.entries, attempt)
        if decision is not None:
            try:
                return self.finisher.finish(load, attempt, decision, staged)
            except Permanent as failure:
                if failure.code != EFFECT_FAILED:
                    raise
                index = chunk.index if chunk else None
                return effect_failed(attempt, index, failure, self.clock)
        if load.seal.status != "valid":
            self._decide(load, attempt, "rejected")
            return None
        if not load.seal.chunks:
            self._decide(load, attempt, "commit")
            return None
        return self._load(load, attempt, chunk, staged)

    def _decide(
        self, load: SealedLoad, attempt: AttemptLedger, outcome: Literal["commit", "rejected"]
    ) -> None:
        """Decide an upload that has no rows to load."""
        attempt.create_decision(Decision(outcome=outcome, seal=load.number, at=self.clock()))

    def _load(
        self,
        load: SealedLoad,
        attempt: AttemptLedger,
        chunk: ChunkAddress | None,
        staged: StagedRows,
    ) -> str | None:
        chunks = len(load.seal.chunks)
        if chunk is not None and attempt.chunk_done(load.number, chunk.index) is None:
            if small := self._small(load, chunk, staged):
                return self._load_small(load, attempt, *small)
            failed = attempt.failed_chunk(load.number) if chunks >= SEVERAL else None
            if failed is not None and failed.chunk != chunk.index:
                return self.first_failure.found(attempt, load.number, failed)
            try:
                rows = staged.enriched(load, chunk.index)
                if rows is None:
                    return self._without_chunk(load, chunk)
                if not self.pending.load(load, attempt, chunk.index, rows):
                    return None
            except Permanent as failure:
                if chunks < SEVERAL:
                    raise
                return self.first_failure.raised(attempt, load.number, chunk.index, failure)
        done = attempt.done_count(load.number, chunks, chunk.index if chunk else None)
        if done < chunks:
            # Read after this chunk was marked done: see failed_chunk.py.
            if chunk is not None and (failed := attempt.failed_chunk(load.number)):
                return self.first_failure.found(attempt, load.number, failed)
            return _waiting(done, chunks)
        self.committer.decide(load, attempt)
        return None

    def _small(
        self, load: SealedLoad, chunk: ChunkAddress, staged: StagedRows
    ) -> "tuple[SharedLoader, pa.Table] | None":
        """Return the loader and the rows of an upload that is one chunk and fits one append."""
        if self.shared is None or len(load.seal.chunks) != 1 or not load.is_appended:
            return None
        rows = staged.enriched(load, chunk.index)
        return (self.shared, rows) if rows is not None and self.shared.fits(rows) else None

    def _first_try(
        self, load: SealedLoad, chunk: ChunkAddress, staged: StagedRows
    ) -> "tuple[SharedLoader, pa.Table] | None":
        """Return the same as `_small`, or None if the rows cannot be enriched. An upload that is
        decided does not need them any more; for any other, the next step raises the failure."""
        try:
            return self._small(load, chunk, staged)
        except Permanent:
            return None

    def _load_small(
        self, load: SealedLoad, attempt: AttemptLedger, shared: SharedLoader, rows: "pa.Table"
    ) -> str | None:
        """Load a small upload. Return None if the attempt is decided already."""
        decision = shared.load(load, attempt, rows)
        return self.finisher.announce(load, attempt, decision) if decision else None

    def _without_chunk(self, load: SealedLoad, chunk: ChunkAddress) -> str:
        """Handle a staged chunk that is gone. Raises Permanent `chunk.missing` unless the file was
        read again since."""
        standing = load.entries.standing_seal()
        if standing is not None and standing[0] > load.number:
            return Unfinished(f"superseded by seal {standing[0]}")
        raise Permanent(
            "chunk.missing",
            f"chunk {chunk.index} of upload {load.upload} is not in the staging bucket any more. "
            "`csvgate dlq replay` makes validate_and_parse read the file again",
        )


def _waiting(done: int, chunks: int) -> Unfinished:
    return Unfinished(f"waiting: {done} of {chunks} chunks")
