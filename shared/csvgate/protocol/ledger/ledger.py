"""Read and create the ledger's objects. Creating an object that exists fails, and deliveries need
no other coordination.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from csvgate.light_dataclass import dataclass
from csvgate.ports import ObjectStore
from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.entries import (
    ChunkDone,
    ChunkStream,
    CorrectionLink,
    CorrectionSlot,
    Dead,
    Decision,
    FailedChunk,
    Finished,
    Ignored,
    Lines,
    Note,
    Overrun,
    Received,
    Seal,
    Settled,
    Start,
    StartEnd,
    Timestamp,
)
from csvgate.protocol.ledger.paths import EntryPath, LedgerPath, Part
from csvgate.runtime.errors import Permanent, Transient
from csvgate.runtime.library_words import library_words

FEW_CHUNKS: Final = 8
"""Reading up to this many entries costs less than listing them."""
_JSON: Final = "application/json"
_MAX_REPEAT_NOTES: Final = 50

E = TypeVar("E", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All entries, by their path in the table and the parts of their name."""

    store: ObjectStore
    bucket: str
    audit_bucket: str = ""
    """Empty in the functions, which have no access to the audit log."""

    @property
    def audit(self) -> "Ledger":
        """The audit log: entries about what operators do, in a bucket of their own."""
        if not self.audit_bucket:
            raise ValueError("the bucket of the audit log is not known here")
        return Ledger(self.store, self.audit_bucket)

    def get(self, path: EntryPath[E], /, **parts: Part) -> E | None:
        """Return the entry, or None. Raises Permanent `ledger.corrupt` when the object is not
        one."""
        name = path.name(**parts)
        data = self.store.read(self.bucket, name)
        if data is None:
            return None
        try:
            return path.entry.model_validate_json(data)
        except ValidationError as error:
            raise Permanent(
                "ledger.corrupt",
                f"gs://{self.bucket}/{name} is not a ledger entry: {library_words(error)}",
            ) from error

    def create(self, path: EntryPath[E], entry: E, /, **parts: Part) -> bool:
        """Create the entry; False when there is one already."""
        data = entry.model_dump_json(indent=None if path.compact else 1).encode()
        return self.store.create(self.bucket, path.name(**parts), data, _JSON) is not None

    def create_or_get(self, path: EntryPath[E], entry: E, /, **parts: Part) -> E:
        """Create the entry, or return the one that exists. Raises Transient `ledger.vanished`."""
        if self.create(path, entry, **parts):
            return entry
        found = self.get(path, **parts)
        if found is None:
            name = path.name(**parts)
            raise Transient("ledger.vanished", f"gs://{self.bucket}/{name} existed and is gone")
        return found

    def find(self, path: LedgerPath, /, **parts: Part) -> Iterator[dict[str, Any]]:
        """Yield all parts of the name of each object of this kind, where these parts are as
        given."""
        for name in self.names(path.prefix(**parts)):
            if found := path.parse(name):
                yield found

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names of objects of any kind, sorted."""
        return self.store.names(self.bucket, prefix)

    def upload(self, upload_id: str) -> "UploadLedger":
        return UploadLedger(self, upload_id)


@dataclass(frozen=True, slots=True)
class UploadLedger:
    """The entries of one upload."""

    ledger: Ledger
    id: str

    def received(self) -> Received | None:
        return self.ledger.get(paths.RECEIVED, upload=self.id)

    def ignored(self) -> Ignored | None:
        return self.ledger.get(paths.IGNORED, upload=self.id)

    def ignore(self, ignored: Ignored) -> Ignored:
        return self.ledger.create_or_get(paths.IGNORED, ignored, upload=self.id)

    def starts(self) -> "Starts":
        """Return the later deliveries that started to work on the upload, from one listing."""
        names = list(self.ledger.names(paths.START.folder(upload=self.id)))
        numbers, overran, ended = (
            frozenset(parts["number"] for name in names if (parts := path.parse(name)))
            for path in (paths.START, paths.OVERRUN, paths.START_END)
        )
        return Starts(max(numbers, default=1), len(overran), overran | ended)

    def start(self, number: int) -> Start | None:
        """Return when and where a later delivery started; None for the first one."""
        return self.ledger.get(paths.START, upload=self.id, number=number)

    def count_start(self, start: Start) -> "Starts":
        """Record one more start and return how many there are, the first delivery included."""
        starts = self.starts()
        number = starts.number + 1
        while not self.ledger.create(paths.START, start, upload=self.id, number=number):
            number += 1
        return replace(starts, number=number)

    def note_overrun(self, number: int, overrun: Overrun) -> None:
        """Record that a start ran out of time."""
        self.ledger.create(paths.OVERRUN, overrun, upload=self.id, number=number)

    def note_end(self, number: int, end: StartEnd) -> None:
        """Record that a start ended in another orderly way."""
        self.ledger.create(paths.START_END, end, upload=self.id, number=number)

    def overruns(self) -> list[Overrun]:
        """Return how far each start came that ran out of time."""
        found = self.ledger.find(paths.OVERRUN, upload=self.id)
        entries = [self.ledger.get(paths.OVERRUN, **parts) for parts in found]
        return [overrun for overrun in entries if overrun is not None]

    def seal(self, number: int) -> Seal | None:
        return self.ledger.get(paths.SEAL, upload=self.id, seal=number)

    def create_seal(self, number: int, seal: Seal) -> Seal:
        """Return the seal that stands under this number: this one unless another delivery created
        one before."""
        return self.ledger.create_or_get(paths.SEAL, seal, upload=self.id, seal=number)

    def standing_seal(self) -> tuple[int, Seal] | None:
        """Return the number and content of the last seal; None if the upload has none."""
        number = max(
            (parts["seal"] for parts in self.ledger.find(paths.SEAL, upload=self.id)), default=0
        )
        seal = self.seal(number) if number else None
        return (number, seal) if seal else None

    def lines(self, seal: Seal) -> Lines | None:
        """Return the rejected and loaded lines of a seal; None if it has none."""
        if seal.lines_digest is None:
            return seal.lines
        return self.ledger.get(paths.LINES, upload=self.id, digest=seal.lines_digest)

    def keep_lines(self, digest: str, lines: Lines) -> None:
        """Keep lines that a seal names by their digest."""
        self.ledger.create(paths.LINES, lines, upload=self.id, digest=digest)

    def attempt(self, number: int) -> "AttemptLedger":
        return AttemptLedger(self.ledger, self.id, number)

    def attempts(self) -> "Iterator[AttemptLedger]":
        """Yield the attempts from the first one; each only exists once the one before is over."""
        return map(self.attempt, count(1))

    def note_failure(self, note: Note) -> None:
        """Record that a function gave up. There is one note for each function and code."""
        parts = {"function": note.function, "code": note.code}
        self.ledger.create(paths.FAILURE_NOTE, note, upload=self.id, **parts)

    def note_rejection(self, seal: int, note: Note) -> None:
        self.ledger.create(paths.REJECTION_NOTE, note, upload=self.id, seal=seal)

    def is_rejection_noted(self, seal: int) -> bool:
        return self.ledger.get(paths.REJECTION_NOTE, upload=self.id, seal=seal) is not None

    def note_repeat(self, step: str, note: Note) -> None:
        """Keep the note under the next free number; nothing once the numbers are used up."""
        for number in range(1, _MAX_REPEAT_NOTES + 1):
            if self.ledger.create(
                paths.REPEAT_NOTE, note, upload=self.id, step=step, number=number
            ):
                return

    def notes(self) -> list[tuple[EntryPath[Note], Note]]:
        """Return every note with its kind, from one listing."""
        found = []
        for name in self.ledger.names(paths.FAILURE_NOTE.folder(upload=self.id)):
            for kind in paths.NOTES:
                parts = kind.parse(name)
                if parts and (note := self.ledger.get(kind, **parts)):
                    found.append((kind, note))
        return found

    def claim_correction_slot(self, number: int, slot: CorrectionSlot) -> CorrectionSlot:
        """Return the slot that stands: this one unless another correction took it before."""
        return self.ledger.create_or_get(paths.CORRECTION, slot, upload=self.id, number=number)

    def slots(self) -> list[CorrectionSlot]:
        """Return the slots that corrections and revocations of this upload have taken, in order."""
        found = self.ledger.find(paths.CORRECTION, upload=self.id)
        slots = [self.ledger.get(paths.CORRECTION, **parts) for parts in found]
        return [slot for slot in slots if slot is not None]

    def corrections(self) -> list[str]:
        """Return the uploads that correct this one, in the order of their slots."""
        return list(dict.fromkeys(s.upload for s in self.slots() if s.revokes is None))

    def link_origin(self, origin: str) -> None:
        self.ledger.create(paths.CORRECTS, CorrectionLink(upload=origin), upload=self.id)

    def corrects(self) -> str | None:
        """Return the upload that this one corrects."""
        link = self.ledger.get(paths.CORRECTS, upload=self.id)
        return link.upload if link else None


@dataclass(frozen=True, slots=True)
class Starts:
    """How often deliveries have started to work on an upload."""

    number: int
    """The first delivery included."""
    overruns: int
    """The starts that ran out of time."""
    ended: frozenset[int] = frozenset()
    """The numbers of the starts that ended in an orderly way, overruns included."""


@dataclass(frozen=True, slots=True)
class AttemptLedger:
    """The entries of one attempt to load an upload."""

    ledger: Ledger
    upload: str
    number: int
    """From 1."""

    def decision(self) -> Decision | None:
        return self._get(paths.DECISION)

    def create_decision(self, decision: Decision) -> bool:
        """Decide the attempt; False when it is decided already."""
        return self._create(paths.DECISION, decision)

    def decide(self, decision: Decision) -> Decision:
        """Return the decision that stands: this one unless another delivery decided before."""
        parts: dict[str, Part] = {"upload": self.upload, "attempt": self.number}
        return self.ledger.create_or_get(paths.DECISION, decision, **parts)

    def dead(self) -> Dead | None:
        return self._get(paths.DEAD)

    def mark_dead(self, dead: Dead) -> None:
        self._create(paths.DEAD, dead)

    def settled(self) -> Settled | None:
        return self._get(paths.SETTLED)

    def settle(self, settled: Settled) -> bool:
        """Record an operator's verdict; False when there is one already."""
        return self._create(paths.SETTLED, settled)

    def first_missing(self, now: datetime) -> datetime:
        """Return when the shared stream of the attempt was first not found: now, unless an earlier
        delivery recorded that."""
        parts: dict[str, Part] = {"upload": self.upload, "attempt": self.number}
        return self.ledger.create_or_get(paths.MISSING, Timestamp(at=now), **parts).at

    def is_republished(self) -> bool:
        return self._get(paths.REPUBLISHED) is not None

    def mark_republished(self, at: datetime) -> None:
        self._create(paths.REPUBLISHED, Timestamp(at=at))

    def finished(self) -> Finished | None:
        return self._get(paths.FINISHED)

    def mark_finished(self, finished: Finished) -> None:
        self._create(paths.FINISHED, finished)

    def chunk_stream(self, seal: int, index: int) -> ChunkStream | None:
        return self._get(paths.CHUNK_STREAM, seal=seal, chunk=index)

    def claim_stream(self, seal: int, index: int, stream: ChunkStream) -> ChunkStream:
        """Return the stream that the chunk is loaded into: this one unless another delivery claimed
        one before."""
        parts: dict[str, Part] = {"upload": self.upload, "attempt": self.number, "seal": seal}
        return self.ledger.create_or_get(paths.CHUNK_STREAM, stream, **parts, chunk=index)

    def chunk_done(self, seal: int, index: int) -> ChunkDone | None:
        return self._get(paths.CHUNK_DONE, seal=seal, chunk=index)

    def mark_done(self, seal: int, index: int, done: ChunkDone) -> None:
        self._create(paths.CHUNK_DONE, done, seal=seal, chunk=index)

    def failed_chunk(self, seal: int) -> FailedChunk | None:
        return self._get(paths.FAILED_CHUNK, seal=seal)

    def fail_chunk(self, seal: int, failed: FailedChunk) -> FailedChunk:
        """Return the failed chunk that stands: this one unless another chunk failed before."""
        parts: dict[str, Part] = {"upload": self.upload, "attempt": self.number, "seal": seal}
        return self.ledger.create_or_get(paths.FAILED_CHUNK, failed, **parts)

    def done_count(self, seal: int, chunks: int, known: int | None = None) -> int:
        """Return how many of the seal's chunks are done; `known` is one that certainly is. A small
        number of chunks is read one by one: a listing costs as much as a dozen reads."""
        if chunks <= FEW_CHUNKS:
            return sum(
                index == known or self.chunk_done(seal, index) is not None
                for index in range(chunks)
            )
        parts: dict[str, Part] = {"upload": self.upload, "attempt": self.number, "seal": seal}
        return sum(1 for _ in self.ledger.find(paths.CHUNK_DONE, **parts))

    def _get(self, path: EntryPath[E], /, **parts: Part) -> E | None:
        return self.ledger.get(path, upload=self.upload, attempt=self.number, **parts)

    def _create(self, path: EntryPath[E], entry: E, /, **parts: Part) -> bool:
        return self.ledger.create(path, entry, upload=self.upload, attempt=self.number, **parts)
