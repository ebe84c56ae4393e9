"""Handle the messages of validated-records: load a chunk, and bring its upload to an end.

A delivery returns only if the upload is finished, if it did everything that remained itself, or if
it saw a chunk that is not done, whose message is not acknowledged yet. Success acknowledges the
message for every duplicate, so "another delivery is working on it" is raised as transient.
"""

from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, Self

from cloudevents.http import CloudEvent

from csvgate.ports import Clock, ObjectStore, Warehouse
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.events import ChunkAddress
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.entries import Decision, Received, Seal
from csvgate.protocol.ledger.ledger import AttemptLedger, Ledger
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
from csvgate.runtime.start_up import Runtime
from enrichment.commit_pending import PendingCommitter
from enrichment.count_visible import CountedRows
from enrichment.finish_upload import UploadFinisher
from enrichment.load_pending import PendingLoader
from enrichment.load_shared import SharedLoader
from enrichment.plans import Plans
from enrichment.republish import Republisher
from enrichment.sealed_load import SealedLoad, StagedRows, require_origin, unknown_seal
from enrichment.shared_streams import SharedStreams

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_STEPS: Final = 20
"""The most steps that one delivery takes; each advances the current attempt or ends it."""


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
        return cls(
            store=runtime.store,
            ledger=ledger,
            pool=runtime.pool,
            staging_bucket=settings.staging_bucket,
            plans=Plans(ledger),
            pending=PendingLoader(warehouse, clock, ages),
            shared=shared if settings.small_uploads == "shared" else None,
            committer=committer,
            finisher=UploadFinisher(warehouse, committer, shared, topic, clock),
            republisher=Republisher(
                runtime.publisher, settings.validated_topic, settings.staging_bucket, clock
            ),
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

    def give_up(self, work: SealedUpload, failure: Failure) -> None:
        """Announce the failure by email, if the ledger knows the upload that the message names."""
        entries = self.ledger.upload(work.upload)
        received = entries.received()
        if received is not None:
            self.outcome_topic.publish_failure(failure, received, entries, entries.seal(work.seal))

    def handle(self, work: SealedUpload, delivery: Delivery) -> str:  # noqa: ARG002
        """Return the outcome's name. Raises Transient and Permanent."""
        load, staged = self._read(work)
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

    def _read(self, work: SealedUpload) -> tuple[SealedLoad, StagedRows]:
        """Read the pin, the seal and the staged chunk at the same time. The chunk's address is
        computed from the settings; the one in the message is compared with it and never
        followed."""
        entries = self.ledger.upload(work.upload)
        received = self.pool.submit(entries.received)
        seal = self.pool.submit(entries.seal, work.seal)
        staged = StagedRows(self.store, self.staging_bucket)
        if work.chunk is not None:
            digest = work.chunk.sha256
            staged.known[digest] = self.pool.submit(
                read_staged, self.store, self.staging_bucket, work.upload, digest
            ).result()
        load = self._load_of(work, received.result(), seal.result())
        return load, staged

    def _load_of(
        self, work: SealedUpload, received: Received | None, seal: Seal | None
    ) -> SealedLoad:
        if received is None or seal is None:
            raise unknown_seal(work.upload, work.seal)
        entries = self.ledger.upload(work.upload)
        require_protocol(received)
        require_sealed(work, received, seal, staging_bucket=self.staging_bucket)
        require_origin(entries, seal)
        plan = self.plans.load(seal.plan, received)
        return SealedLoad(entries, received, work.seal, seal, plan)

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
            return self.finisher.finish(load, attempt, decision, staged)
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
            rows = staged.enriched(load, chunk.index)
            if rows is None:
                return self._without_chunk(load, chunk)
            if not self.pending.load(load, attempt, chunk.index, rows):
                return None
        done = attempt.done_count(load.number, chunks)
        if done < chunks:
            return f"waiting: {done} of {chunks} chunks"
        self.committer.decide(load, attempt)
        return None

    def _small(
        self, load: SealedLoad, chunk: ChunkAddress, staged: StagedRows
    ) -> "tuple[SharedLoader, pa.Table] | None":
        """Return the loader and the rows of an upload that is one chunk and fits one append."""
        if self.shared is None or len(load.seal.chunks) != 1:
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
            return f"superseded by seal {standing[0]}"
        raise Permanent(
            "chunk.missing",
            f"chunk {chunk.index} of upload {load.upload} is not in the staging bucket any more. "
            "`csvgate dlq replay` makes validate_and_parse read the file again",
        )
