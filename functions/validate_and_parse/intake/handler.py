"""Steps 1 to 4 of the delivery protocol: pin an upload, stage its chunks, seal it, announce it.

Another delivery of the event may repeat any of this, at the same time or days later. Ledger entries
are created once: what stands in the ledger counts, never what this delivery meant to write.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Self

from cloudevents.http import CloudEvent

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, ObjectStore
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.day_index import index_failed, index_received
from csvgate.protocol.ledger.entries import Start, StartEnd
from csvgate.protocol.ledger.ledger import Ledger, Starts, UploadLedger
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate.runtime.errors import Failure, Permanent
from csvgate.runtime.failure_boundary import classify
from csvgate.runtime.library_words import library_words
from csvgate.runtime.log import log
from csvgate.runtime.start_up import Runtime
from csvgate.text import counted
from intake.admission import (
    ignore_sidecar,
    ignore_unmatched,
    out_of_scope,
    owner_of_sidecar,
)
from intake.deadlines.silent_starts import refuse_after_silent_starts
from intake.deadlines.time_budget import OutOfTime
from intake.deadlines.time_limits import TimeLimits
from intake.pin_plan import Pinned, Planner, received_now
from intake.publish_seal import SealPublisher
from intake.read_upload import UploadReader
from intake.row_judges import RowJudges
from intake.seal_upload import Sealer, StandingSeal
from intake.storage_event import ObjectEvent, parse

LAST_START: Final = 90
"""The start that sends the dead letter itself. It is below the 100 delivery attempts of the
trigger, because an attempt that Cloud Run answers with 429 does not start the function."""
LAST_START_AFTER: Final = timedelta(hours=14)
"""The time since the first start after which a later start is the last one. The 100 attempts, at
most 10 minutes apart, take 15.7 hours."""
_FEWEST_STARTS: Final = 5
"""Even after LAST_START_AFTER, this start is the first that can be the last one: an event that
waited for hours must not fail at once."""
_FIRST: Final = Starts(number=1, overruns=0)


@dataclass(frozen=True, slots=True)
class Validator:
    store: ObjectStore
    ledger: Ledger
    planner: Planner
    reader: UploadReader
    sealer: Sealer
    seals: SealPublisher
    contracts: Callable[[], Contracts]
    """Returns the contracts that are in use now. An event uses one answer from beginning to
    end."""
    outcome_topic: OutcomeTopic
    clock: Clock
    uploads_bucket: str
    rejects_bucket: str
    revision: str

    @classmethod
    def of(cls, runtime: Runtime, contracts: Callable[[], Contracts], clock: Clock) -> Self:
        settings, store, ledger = runtime.settings, runtime.store, runtime.ledger
        publisher, staging = runtime.publisher, settings.staging_bucket
        timeout = timedelta(seconds=settings.timeout_seconds)
        return cls(
            store=store,
            ledger=ledger,
            planner=Planner(store, ledger, settings.references_bucket, settings.chunk_bytes, clock),
            reader=UploadReader(
                store=store,
                ledger=ledger,
                pool=runtime.pool,
                staging_bucket=staging,
                rejects_bucket=settings.rejects_bucket,
                limits=TimeLimits(timeout, settings.read_bytes_per_second),
                clock=clock,
                judges=RowJudges(ledger),
                processors=runtime.processors,
            ),
            sealer=Sealer(store, ledger, staging, clock),
            seals=SealPublisher(
                publisher=publisher,
                topic=settings.validated_topic,
                staging_bucket=staging,
                dead_letters=runtime.dead_letters,
                ledger=ledger,
                clock=clock,
            ),
            contracts=contracts,
            outcome_topic=OutcomeTopic(
                publisher, settings.complete_topic, settings.function, clock
            ),
            clock=clock,
            uploads_bucket=settings.uploads_bucket,
            rejects_bucket=settings.rejects_bucket,
            revision=settings.revision,
        )

    def decode(self, event: CloudEvent, delivery: Delivery) -> ObjectEvent:  # noqa: ARG002
        return parse(event)

    def context(self, work: ObjectEvent) -> dict[str, str]:
        return {"upload": work.upload.id, "trace": work.trace}

    def object_name(self, work: ObjectEvent) -> str:
        return work.upload.name

    def give_up(self, work: ObjectEvent, failure: Failure) -> None:
        """Announce the failure by email, if the upload is pinned or a contract matches it."""
        if work.upload.bucket != self.uploads_bucket:
            return
        entries = self.ledger.upload(work.upload.id)
        received = entries.received()
        if received is not None:
            index_failed(self.ledger, received, failure.code, self.clock())
        else:
            contract = _contract_of(work.upload.name, self.contracts())
            if contract is not None:
                received = received_now(work, contract, self.clock, {}, engine="", chunk_bytes=0)
        if received is not None:
            self.outcome_topic.publish_failure(failure, received, entries)

    def handle(self, work: ObjectEvent, delivery: Delivery) -> str:
        """Return the outcome's name. Raises Transient and Permanent."""
        began, upload = self.clock(), work.upload
        ignored = out_of_scope(
            upload, uploads_bucket=self.uploads_bucket, rejects_bucket=self.rejects_bucket
        )
        if ignored:
            return ignored
        work, contracts = self._with_checksum(work), self.contracts()
        pinned = self.planner.pin(work, _contract_of(upload.name, contracts))
        if pinned is None:
            if (owner := owner_of_sidecar(upload.name, contracts)) is not None:
                return ignore_sidecar(upload, owner, self.ledger, self.clock)
            return ignore_unmatched(upload, contracts, self.ledger, self.clock)
        entries, starts = self.ledger.upload(upload.id), _FIRST
        if pinned.is_repeat:
            if end_of_upload(entries) is not None:
                return "finished before"
            starts = entries.count_start(start := Start(at=began, revision=self.revision))
        # The upload is listed while its file is read, so that this adds no round trip.
        listed = self.reader.pool.submit(index_received, self.ledger, pinned.received)
        try:
            if pinned.is_repeat:
                timeout = self.reader.limits.timeout
                refuse_after_silent_starts(entries, pinned.received, starts, start, timeout)
            standing = self._sealed(pinned, starts, began)
            listed.result()
            self.seals.publish(pinned.received, standing, delivery)
        except Exception as error:
            failure = classify(error)
            self._note_end(entries, starts, failure)
            if isinstance(failure, Permanent) or not self._is_last(pinned, starts):
                raise
            after = counted(starts.number, "start")
            raise Permanent(failure.code, f"{failure.message} (given up after {after})") from error
        if pinned.is_repeat:
            self._note_end(entries, starts)
        return f"sealed: {standing.seal.status}"

    def _note_end(
        self, entries: UploadLedger, starts: Starts, failure: Failure | None = None
    ) -> None:
        """Record that this start ended in an orderly way. A first start that succeeds needs no
        record. A record that cannot be written must not hide the failure, or undo the success."""
        try:
            if isinstance(failure, OutOfTime):
                entries.note_overrun(starts.number, failure.overrun)
            else:
                end = StartEnd(at=self.clock(), code=failure.code if failure else "")
                entries.note_end(starts.number, end)
        except Exception as error:  # noqa: BLE001 - whatever it is, the start ends as it would have
            fields = {"upload": entries.id, "start": starts.number}
            log(
                "WARNING",
                "the end of a start is not recorded",
                fields | {"reason": library_words(error)},
            )

    def _with_checksum(self, work: ObjectEvent) -> ObjectEvent:
        """Add checksum and size to an event without them: those of Cloud Storage have both, but one
        that an operator sends may lack the checksum."""
        if work.crc32c:
            return work
        ref = work.upload
        info = self.store.stat(ref.bucket, ref.name, ref.generation)
        return replace(work, crc32c=info.crc32c, size=info.size) if info else work

    def _sealed(self, pinned: Pinned, starts: Starts, began: datetime) -> StandingSeal:
        if pinned.is_repeat:
            standing = self.sealer.usable(pinned.received.upload.id)
            if standing is not None:
                return standing
        if pinned.contract.totals is not None:
            pinned = replace(pinned, is_last=self._is_last(pinned, starts))
        reading = self.reader.read(pinned, began, starts.overruns)
        return self.sealer.seal(pinned, reading)

    def _is_last(self, pinned: Pinned, starts: Starts) -> bool:
        """Return whether this is the last start. Only the ledger's count can say that, because a
        Storage event carries no delivery attempt."""
        waited = self.clock() - pinned.received.received_at
        return starts.number >= LAST_START or (
            starts.number >= _FEWEST_STARTS and waited >= LAST_START_AFTER
        )


def _contract_of(name: str, contracts: Contracts) -> Contract | None:
    """Return the contract of an upload with this name. A sidecar has none, even if the `match` of
    its contract fits it."""
    if owner_of_sidecar(name, contracts) is not None:
        return None
    return contracts.for_object(name)
