"""The ledger: objects created once, by whoever is first. All coordination there is.

Layout, under one bucket (U is uploads/<upload>/, P is U/plans/<plan>/):
    U received.json             the pin: which plan the first delivery chose
    U ignored.json              why an object is not for us
    P plan.json                 contract, engine, references
    P validated.json            counts; only once every chunk is published
    P abandoned.json            its write streams are lost: another plan takes its place
    P lines.json                which lines were rejected, for a correction
    P chunks/<n>.stream.json    the write stream of a chunk
    P chunks/<n>.done.json      finalized, with its row count
    U outcome.json              the claim: the one plan that ends the upload, and how
    U committed.json            its rows are visible in BigQuery
    U finished.json             the terminal event has been published
    U notes/<name>.json         what else happened: failures, letters, repeated starts
    U corrects.json             the upload whose rejected rows this one brings back mended
    U corrections/<n>.json      the uploads that bring its rejected rows back, one after another
    U emails/<outcome>/…        claims to send, and that it was sent
    objects/<object>/<n>.json   who holds an object name (on_overwrite: refuse)
    references/<digest>         snapshots of reference objects
    breakers/…                  which functions have stopped dead-lettering: breaker_ledger.py
    breaker-letters/…           the letters that they count
    audit/<day>/…               what operators did, and why
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from csvgate.ports import ObjectStore
from csvgate.protocol.events import UploadValidated
from csvgate.protocol.ledger_entries import (
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
from csvgate.runtime.errors import Permanent, Transient

JSON = "application/json"
FEW_CHUNKS = 8
"""Up to so many are cheaper read than listed."""
_MAX_NUMBERED_NOTES = 50


E = TypeVar("E", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Ledger:
    store: ObjectStore
    bucket: str

    def get(self, kind: type[E], name: str) -> E | None:
        """Raises Permanent `ledger.corrupt` when the entry is not what csvgate wrote."""
        data = self.store.read(self.bucket, name)
        if data is None:
            return None
        try:
            return kind.model_validate_json(data)
        except ValidationError as error:
            raise Permanent(
                "ledger.corrupt", f"gs://{self.bucket}/{name} is not a ledger entry: {error}"
            ) from error

    def create(self, name: str, entry: BaseModel) -> bool:
        """False when somebody was first."""
        data = entry.model_dump_json(indent=1).encode()
        return self.store.create(self.bucket, name, data, JSON)

    def first(self, name: str, entry: E) -> E:
        """Create the entry, or the one that was there before."""
        if self.create(name, entry):
            return entry
        found = self.get(type(entry), name)
        if found is None:
            raise Transient("ledger.vanished", f"gs://{self.bucket}/{name} was there and is gone")
        return found

    def names(self, prefix: str) -> Iterator[str]:
        return self.store.names(self.bucket, prefix)

    def upload(self, upload_id: str) -> "UploadLedger":
        return UploadLedger(self, f"uploads/{upload_id}/")


@dataclass(frozen=True, slots=True)
class UploadLedger:
    """The entries of one upload."""

    ledger: Ledger
    prefix: str

    def received(self) -> Received | None:
        return self.ledger.get(Received, f"{self.prefix}received.json")

    def pin(self, received: Received) -> Received:
        return self.ledger.first(f"{self.prefix}received.json", received)

    def ignore(self, ignored: Ignored) -> Ignored:
        return self.ledger.first(f"{self.prefix}ignored.json", ignored)

    def claim(self) -> OutcomeClaim | None:
        return self.ledger.get(OutcomeClaim, f"{self.prefix}outcome.json")

    def claim_outcome(self, claim: OutcomeClaim) -> OutcomeClaim:
        """The claim that stands: ours if nobody was first."""
        return self.ledger.first(f"{self.prefix}outcome.json", claim)

    def is_committed(self) -> bool:
        return self.committed() is not None

    def committed(self) -> Timestamp | None:
        return self.ledger.get(Timestamp, f"{self.prefix}committed.json")

    def mark_committed(self, at: datetime) -> None:
        self.ledger.create(f"{self.prefix}committed.json", Timestamp(at=at))

    def is_finished(self) -> bool:
        return self.finished() is not None

    def finished(self) -> Timestamp | None:
        return self.ledger.get(Timestamp, f"{self.prefix}finished.json")

    def mark_finished(self, at: datetime) -> None:
        self.ledger.create(f"{self.prefix}finished.json", Timestamp(at=at))

    def note(self, name: str, note: Note) -> bool:
        return self.ledger.create(f"{self.prefix}notes/{name}.json", note)

    def note_again(self, name: str, note: Note) -> None:
        """Note what may happen several times, under the next free number."""
        for number in range(1, _MAX_NUMBERED_NOTES + 1):
            if self.note(f"{name}.{number:03d}", note):
                return

    def notes(self) -> dict[str, Note]:
        """By name."""
        prefix = f"{self.prefix}notes/"
        found = {name: self.ledger.get(Note, name) for name in self.ledger.names(prefix)}
        return {
            name.removeprefix(prefix).removesuffix(".json"): note
            for name, note in found.items()
            if note is not None
        }

    def ignored(self) -> Ignored | None:
        return self.ledger.get(Ignored, f"{self.prefix}ignored.json")

    def has_note(self, name: str) -> bool:
        return self.ledger.get(Note, f"{self.prefix}notes/{name}.json") is not None

    def correction(self, number: int, upload_id: str) -> str:
        """Who holds the slot of that number: the upload given, if nobody was first."""
        slot = CorrectionLink(upload=upload_id)
        return self.ledger.first(f"{self.prefix}corrections/{number:06d}.json", slot).upload

    def link_origin(self, origin: str) -> None:
        self.ledger.create(f"{self.prefix}corrects.json", CorrectionLink(upload=origin))

    def corrects(self) -> str | None:
        """The upload that this one corrects."""
        link = self.ledger.get(CorrectionLink, f"{self.prefix}corrects.json")
        return link.upload if link else None

    def corrections(self) -> list[str]:
        """The uploads that correct this one, in their order."""
        found = [
            self.ledger.get(CorrectionLink, name)
            for name in self.ledger.names(f"{self.prefix}corrections/")
        ]
        return [slot.upload for slot in found if slot is not None]

    def plan(self, plan: str) -> "PlanLedger":
        return PlanLedger(self.ledger, f"{self.prefix}plans/{plan}/")


@dataclass(frozen=True, slots=True)
class PlanLedger:
    """The entries of one plan of an upload."""

    ledger: Ledger
    prefix: str

    def plan(self) -> Plan | None:
        return self.ledger.get(Plan, f"{self.prefix}plan.json")

    def pin(self, plan: Plan) -> Plan:
        return self.ledger.first(f"{self.prefix}plan.json", plan)

    def abandon(self, at: datetime) -> None:
        """Harmless at any time: only the plan that holds the claim commits anything."""
        self.ledger.create(f"{self.prefix}abandoned.json", Timestamp(at=at))

    def is_abandoned(self) -> bool:
        return self.ledger.get(Timestamp, f"{self.prefix}abandoned.json") is not None

    def validated(self) -> UploadValidated | None:
        return self.ledger.get(UploadValidated, f"{self.prefix}validated.json")

    def mark_validated(self, validated: UploadValidated) -> UploadValidated:
        return self.ledger.first(f"{self.prefix}validated.json", validated)

    def lines(self) -> Lines | None:
        return self.ledger.get(Lines, f"{self.prefix}lines.json")

    def keep_lines(self, lines: Lines) -> None:
        # Without the spaces of other entries: there may be hundreds of thousands.
        data = lines.model_dump_json().encode()
        self.ledger.store.create(self.ledger.bucket, f"{self.prefix}lines.json", data, JSON)

    def _chunk(self, index: int, what: str) -> str:
        return f"{self.prefix}chunks/{index:06d}.{what}.json"

    def chunk_stream(self, index: int) -> ChunkStream | None:
        return self.ledger.get(ChunkStream, self._chunk(index, "stream"))

    def claim_stream(self, index: int, stream: ChunkStream) -> ChunkStream:
        return self.ledger.first(self._chunk(index, "stream"), stream)

    def chunk_done(self, index: int) -> ChunkDone | None:
        return self.ledger.get(ChunkDone, self._chunk(index, "done"))

    def mark_done(self, index: int, done: ChunkDone) -> None:
        self.ledger.create(self._chunk(index, "done"), done)

    def done_chunks(self) -> Iterator[tuple[int, ChunkDone]]:
        """Index and entry of every chunk that is done."""
        for name in self.ledger.names(f"{self.prefix}chunks/"):
            if name.endswith(".done.json") and (done := self.ledger.get(ChunkDone, name)):
                yield int(name.rsplit("/", 1)[1].split(".")[0]), done

    def done_count(self, chunks: int | None = None) -> int:
        """How many are done, of so many if that is known: a few reads, or one listing, which costs
        as much as a dozen."""
        if chunks is not None and chunks <= FEW_CHUNKS:
            return sum(self.chunk_done(index) is not None for index in range(chunks))
        return sum(n.endswith(".done.json") for n in self.ledger.names(f"{self.prefix}chunks/"))
