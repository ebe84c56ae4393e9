"""Create the seal of an upload, which holds what reading it found, and find the seal that stands.

An upload has one standing seal. A delivery that loses the race for it drops its own result and
continues with the seal that stands: the results of two engines never mix. The next seal follows
only if a staged chunk of the previous one is gone and no attempt to load it can take effect.
"""

from datetime import datetime
from hashlib import sha256

from csvgate.contracts.effects import disposition
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, ObjectStore
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.entries import INLINE_LINES, Decision, Lines, Seal
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.staging import staged_folder, staged_name
from intake.pin_plan import Pinned
from intake.read_upload import UploadReading


@dataclass(frozen=True, slots=True)
class StandingSeal:
    number: int
    seal: Seal


@dataclass(frozen=True, slots=True)
class Sealer:
    store: ObjectStore
    ledger: Ledger
    staging_bucket: str
    clock: Clock

    def usable(self, upload: str) -> StandingSeal | None:
        """Return the standing seal; None if the upload has to be read, for the first time or
        because its staged chunks are gone."""
        entries = self.ledger.upload(upload)
        found = entries.standing_seal()
        if found is None:
            return None
        number, seal = found
        if self._is_lost(entries, number, seal):
            return None
        return StandingSeal(number, seal)

    def seal(self, pinned: Pinned, reading: UploadReading) -> StandingSeal:
        """Create the upload's next seal, or return the one that another delivery created."""
        entries = self.ledger.upload(pinned.received.upload.id)
        lines, digest = reading.lines, None
        if lines is not None and len(lines.rejected) + len(lines.loaded) > INLINE_LINES:
            digest = _digest(lines)
            entries.keep_lines(digest, lines)
            lines = None
        origin = reading.origin
        ours = Seal(
            plan=pinned.plan,
            status=reading.verdict.status,
            detail=reading.verdict.detail,
            identical=reading.identical,
            counts=reading.counts,
            stopped_at=reading.stopped_at,
            reasons=reading.reasons,
            warnings=reading.warnings,
            chunks=reading.chunks,
            rejects=reading.rejects,
            lines=lines,
            lines_digest=digest,
            corrects=origin.upload if origin else None,
            ingested_at=origin.ingested_at if origin else _ingested_at(pinned),
            bounds=reading.bounds,
            at=self.clock(),
        )
        number = self._next_number(entries) if pinned.is_repeat else 1
        return StandingSeal(number, entries.create_seal(number, ours))

    def _next_number(self, entries: UploadLedger) -> int:
        found = entries.standing_seal()
        if found is None:
            return 1
        number, seal = found
        # While this delivery read the file, another one may have sealed it.
        return number + 1 if self._is_lost(entries, number, seal) else number

    def _is_lost(self, entries: UploadLedger, number: int, seal: Seal) -> bool:
        """Return whether a staged chunk is gone and no attempt can load the seal's rows any more.
        An attempt that is undecided is abandoned here, because it can never be completed."""
        if not seal.chunks:
            return False
        there = set(self.store.names(self.staging_bucket, staged_folder(entries.id)))
        if all(staged_name(entries.id, chunk.sha256) in there for chunk in seal.chunks):
            return False
        current = current_attempt(entries)
        if current.decision is not None:
            return False
        decision = current.entries.decide(
            Decision(
                outcome="abandoned", seal=number, reason="a staged chunk is gone", at=self.clock()
            )
        )
        return decision.outcome == "abandoned"


def _ingested_at(pinned: Pinned) -> datetime:
    """Return the `_ingested_at` of an original's rows. Loads that change rows of their table take
    place in the order of this time, which must be that of the objects, not of their arrival."""
    received = pinned.received
    is_appended = disposition(pinned.contract) == "append"
    return received.received_at if is_appended else received.created_at


def _digest(lines: Lines) -> str:
    return sha256(lines.model_dump_json().encode()).hexdigest()
