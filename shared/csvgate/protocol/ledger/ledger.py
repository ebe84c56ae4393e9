"""Read and create the ledger's objects. Creating an object that exists fails, which is all the
coordination between deliveries.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from csvgate.ports import ObjectStore
from csvgate.protocol.events import UploadValidated
from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.entries import (
    ChunkDone,
    ChunkStream,
    CorrectionLink,
    Ignored,
    Lines,
    Note,
    OutcomeClaim,
    Plan,
    Received,
    Timestamp,
)
from csvgate.protocol.ledger.paths import EntryPath, LedgerPath, Part
from csvgate.runtime.errors import Permanent, Transient

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
                "ledger.corrupt", f"gs://{self.bucket}/{name} is not a ledger entry: {error}"
            ) from error

    def create(self, path: EntryPath[E], entry: E, /, **parts: Part) -> bool:
        """Create the entry; False when there is one already."""
        data = entry.model_dump_json(indent=None if path.compact else 1).encode()
        return self.store.create(self.bucket, path.name(**parts), data, _JSON)

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

    def pin(self, received: Received) -> Received:
        """Return the pin that stands: this one unless another delivery created one before."""
        return self.ledger.create_or_get(paths.RECEIVED, received, upload=self.id)

    def ignored(self) -> Ignored | None:
        return self.ledger.get(paths.IGNORED, upload=self.id)

    def ignore(self, ignored: Ignored) -> Ignored:
        return self.ledger.create_or_get(paths.IGNORED, ignored, upload=self.id)

    def outcome_claim(self) -> OutcomeClaim | None:
        return self.ledger.get(paths.OUTCOME, upload=self.id)

    def claim_outcome(self, claim: OutcomeClaim) -> OutcomeClaim:
        """Return the claim that stands: this one unless another delivery created one before."""
        return self.ledger.create_or_get(paths.OUTCOME, claim, upload=self.id)

    def is_committed(self) -> bool:
        return self.committed() is not None

    def committed(self) -> Timestamp | None:
        return self.ledger.get(paths.COMMITTED, upload=self.id)

    def mark_committed(self, at: datetime) -> None:
        self.ledger.create(paths.COMMITTED, Timestamp(at=at), upload=self.id)

    def is_finished(self) -> bool:
        return self.finished() is not None

    def finished(self) -> Timestamp | None:
        return self.ledger.get(paths.FINISHED, upload=self.id)

    def mark_finished(self, at: datetime) -> None:
        self.ledger.create(paths.FINISHED, Timestamp(at=at), upload=self.id)

    def note_failure(self, note: Note) -> None:
        """One note for each function and code."""
        parts = {"function": note.function, "code": note.code}
        self.ledger.create(paths.FAILURE_NOTE, note, upload=self.id, **parts)

    def note_rejection(self, plan: str, note: Note) -> None:
        self.ledger.create(paths.REJECTION_NOTE, note, upload=self.id, plan=plan)

    def is_rejection_noted(self, plan: str) -> bool:
        return self.ledger.get(paths.REJECTION_NOTE, upload=self.id, plan=plan) is not None

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

    def claim_correction_slot(self, number: int, upload_id: str) -> str:
        """Return the correction that owns the slot: the given one unless another took it before."""
        slot = CorrectionLink(upload=upload_id)
        found = self.ledger.create_or_get(paths.CORRECTION, slot, upload=self.id, number=number)
        return found.upload

    def corrections(self) -> list[str]:
        """Return the uploads that correct this one, in the order of their slots."""
        slots = self.ledger.find(paths.CORRECTION, upload=self.id)
        found = [self.ledger.get(paths.CORRECTION, **parts) for parts in slots]
        return [slot.upload for slot in found if slot is not None]

    def link_origin(self, origin: str) -> None:
        self.ledger.create(paths.CORRECTS, CorrectionLink(upload=origin), upload=self.id)

    def corrects(self) -> str | None:
        """Return the upload that this one corrects."""
        link = self.ledger.get(paths.CORRECTS, upload=self.id)
        return link.upload if link else None

    def plan(self, plan: str) -> "PlanLedger":
        return PlanLedger(self.ledger, self.id, plan)


@dataclass(frozen=True, slots=True)
class PlanLedger:
    """The entries of one plan of an upload."""

    ledger: Ledger
    upload: str
    id: str

    def plan(self) -> Plan | None:
        return self._get(paths.PLAN)

    def pin(self, plan: Plan) -> Plan:
        """Return the plan that stands under this id."""
        return self.ledger.create_or_get(paths.PLAN, plan, upload=self.upload, plan=self.id)

    def is_abandoned(self) -> bool:
        return self._get(paths.ABANDONED) is not None

    def abandon(self, at: datetime) -> None:
        """Give the plan up. Safe at any time: only the plan that the claim names is committed."""
        self._create(paths.ABANDONED, Timestamp(at=at))

    def validated(self) -> UploadValidated | None:
        return self._get(paths.VALIDATED)

    def mark_validated(self, validated: UploadValidated) -> UploadValidated:
        """Return the entry that stands: this one unless another delivery created one before."""
        parts = {"upload": self.upload, "plan": self.id}
        return self.ledger.create_or_get(paths.VALIDATED, validated, **parts)

    def lines(self) -> Lines | None:
        return self._get(paths.LINES)

    def keep_lines(self, lines: Lines) -> None:
        self._create(paths.LINES, lines)

    def chunk_stream(self, index: int) -> ChunkStream | None:
        return self._get(paths.CHUNK_STREAM, chunk=index)

    def claim_stream(self, index: int, stream: ChunkStream) -> ChunkStream:
        """Return the stream that the chunk is loaded into: this one unless another delivery claimed
        one before."""
        parts = {"upload": self.upload, "plan": self.id}
        return self.ledger.create_or_get(paths.CHUNK_STREAM, stream, **parts, chunk=index)

    def chunk_done(self, index: int) -> ChunkDone | None:
        return self._get(paths.CHUNK_DONE, chunk=index)

    def mark_done(self, index: int, done: ChunkDone) -> None:
        self._create(paths.CHUNK_DONE, done, chunk=index)

    def done_chunks(self) -> Iterator[tuple[int, ChunkDone]]:
        """Index and entry of every chunk that is done."""
        for parts in self.ledger.find(paths.CHUNK_DONE, upload=self.upload, plan=self.id):
            if done := self.ledger.get(paths.CHUNK_DONE, **parts):
                yield parts["chunk"], done

    def done_count(self, chunks: int | None = None) -> int:
        """Return how many chunks are done. A small number of chunks, if given, is read one by one:
        a listing costs as much as a dozen reads."""
        if chunks is not None and chunks <= FEW_CHUNKS:
            return sum(self.chunk_done(index) is not None for index in range(chunks))
        done = self.ledger.find(paths.CHUNK_DONE, upload=self.upload, plan=self.id)
        return sum(1 for _ in done)

    def _get(self, path: EntryPath[E], /, **parts: Part) -> E | None:
        return self.ledger.get(path, upload=self.upload, plan=self.id, **parts)

    def _create(self, path: EntryPath[E], entry: E, /, **parts: Part) -> bool:
        return self.ledger.create(path, entry, upload=self.upload, plan=self.id, **parts)
