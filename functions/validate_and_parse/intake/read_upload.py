"""Read one upload: publish its valid records as chunks, write its reject file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from csvgate.chunks.arrow import encode
from csvgate.contracts.model import Contract, Limits
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.compression import decompress
from csvgate.ports import ObjectStore, Publisher
from csvgate.protocol.events import Counts, FaultExample, ObjectRef, Reason
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.entries import Lines
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.verdict import Verdict, judge
from csvgate.references.keys import KeySets
from csvgate.rejects.corrections import Correction, is_correction
from csvgate.rejects.reject_file import RejectFile
from csvgate.rejects.summary import Reasons
from csvgate.runtime.errors import Permanent
from csvgate.validation.batch import Batch
from csvgate.validation.faults import Fault, FileFault
from csvgate.validation.validate import validate
from intake.admission import refuse_overwrite
from intake.chunk_output import ChunkPublisher
from intake.corrections import Origin, find_origin
from intake.pin_plan import Pinned, pinned_keys
from intake.reject_output import RejectOutput, rejects_name
from intake.storage_event import ObjectEvent

GONE: Final = "file.gone"
MOST_LINES: Final = 700_000
"""Line numbers that the ledger keeps for an upload: at ten digits each, they fit one request."""
_NO_ROWS: Final = Counts(read=0, valid=0, rejected=0)


@dataclass(frozen=True, slots=True)
class UploadReading:
    """The result of reading an upload. Its chunks are published and its reject file is written."""

    verdict: Verdict
    counts: Counts
    reasons: tuple[Reason, ...]
    """Most frequent first; the file fault alone when there is one."""
    chunks: int
    """The number of chunks published, also before a file fault was found."""
    rejects: ObjectRef | None = None
    lines: Lines | None = None
    """The lines that a later correction needs; None when no line was rejected or corrected."""


class _Source(NamedTuple):
    """The bytes of an upload, and the upload that they correct if they are a reject file."""

    pieces: Iterator[bytes]
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class UploadReader:
    store: ObjectStore
    publisher: Publisher
    ledger: Ledger
    validated_topic: str
    rejects_bucket: str

    def read(self, event: ObjectEvent, pinned: Pinned) -> UploadReading:
        """Read the pinned generation to its end, or to a file fault. Raises Transient and
        Permanent."""
        references = pinned_keys(pinned, self.ledger)
        try:
            source = self._open(event, pinned)
        except FileFault as error:
            return _faulty(error.fault, chunks=0)
        chunks = ChunkPublisher(
            publisher=self.publisher,
            topic=self.validated_topic,
            received=pinned.received,
            plan=pinned.plan.id,
            corrects=source.origin.upload if source.origin else None,
        )
        rejects = RejectOutput(
            self.store, self.rejects_bucket, rejects_name(event.upload, pinned.plan.id)
        )
        try:
            return _process(source, pinned, references, chunks, rejects)
        except FileFault as error:
            return _faulty(error.fault, chunks.count)

    def _open(self, event: ObjectEvent, pinned: Pinned) -> _Source:
        """Raises FileFault for an upload that must not be loaded, whatever its rows are."""
        if pinned.contract.on_overwrite == "refuse":
            refuse_overwrite(event.upload, self.ledger)
        is_corrected, pieces = is_correction(self._pieces(event, pinned.contract), pinned.contract)
        if not is_corrected:
            return _Source(pieces, None)
        origin = find_origin(event.upload, pinned.plan.dataset, self.ledger)
        self.ledger.upload(event.upload.id).link_origin(origin.upload)
        return _Source(pieces, origin)

    def _pieces(self, event: ObjectEvent, contract: Contract) -> Iterator[bytes]:
        limit = contract.limits.max_bytes
        if limit is not None and event.size > limit:
            raise FileFault(
                "file.too_large",
                f"the file has {event.size} bytes; the contract allows {limit}",
            )
        return decompress(self._stored(event.upload), max_bytes=limit)

    def _stored(self, upload: Upload) -> Iterator[bytes]:
        try:
            yield from self.store.stream(upload.bucket, upload.name, upload.generation)
        except Permanent as failure:
            if failure.code != "object.gone":
                raise
            # This must end the upload, not only the delivery: whatever waits for its end, such as
            # the next owner of its name, would wait forever.
            raise FileFault(GONE, failure.message) from failure


def _process(
    source: _Source,
    pinned: Pinned,
    references: KeySets,
    chunks: ChunkPublisher,
    rejects: RejectOutput,
) -> UploadReading:
    """Raises FileFault, Transient and Permanent."""
    contract, correction = pinned.contract, None
    if source.origin is None:
        batches = _batches(source.pieces, contract, pinned, references)
    else:
        correction = Correction(contract, source.origin.open_lines)
        stripped = correction.pieces(source.pieces)
        batches = correction.batches(
            _batches(stripped, contract_for_extracted_records(contract), pinned, references)
        )
    tally, reject_file = _Tally(Reasons(contract)), RejectFile(contract)
    with rejects:
        for batch in batches:
            tally.add(batch)
            if batch.rejected:
                rejects.write(reject_file.render(batch))
            for chunk in encode(batch, contract):
                chunks.publish(chunk.data, chunk.rows)
            # Otherwise 100 MiB would stay in memory while the next batch is made.
            del batch
    chunks.wait()
    # The original was judged by the contract's limits; its corrected rows are not judged again.
    limits = contract.limits if correction is None else Limits()
    return UploadReading(
        verdict=judge(tally.counts, limits),
        counts=tally.counts,
        reasons=tally.reasons.top(),
        chunks=chunks.count,
        rejects=rejects.ref,
        lines=tally.lines(correction.loaded if correction else None),
    )


def _batches(
    pieces: Iterable[bytes], contract: Contract, pinned: Pinned, references: KeySets
) -> Iterator[Batch]:
    chunk_bytes = pinned.plan.chunk_bytes
    return validate(pieces, contract, chunk_bytes=chunk_bytes, references=references)


@dataclass(slots=True)
class _Tally:
    """Counts of the rows read so far, and why and where some were rejected."""

    reasons: Reasons
    counts: Counts = _NO_ROWS
    rejected_lines: list[int] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        self.counts = Counts(
            read=self.counts.read + batch.rows_read,
            valid=self.counts.valid + len(batch.lines),
            rejected=self.counts.rejected + len(batch.rejected),
        )
        for row in batch.rejected:
            self.reasons.add(row)
            if len(self.rejected_lines) < MOST_LINES:
                self.rejected_lines.append(row.line)

    def lines(self, corrected: list[int] | None) -> Lines | None:
        """`corrected`: the lines of the original that a correction loads; None if it is not one."""
        if not self.rejected_lines and corrected is None:
            return None
        loaded = tuple(corrected or ())
        rejected = tuple(sorted(self.rejected_lines)[: MOST_LINES - len(loaded)])
        return Lines(
            rejected=rejected, loaded=loaded, complete=len(rejected) == self.counts.rejected
        )


def _faulty(fault: Fault, chunks: int) -> UploadReading:
    """Return the result for a file that cannot be loaded at all."""
    example = FaultExample(
        line=fault.line, column=fault.column, code=fault.code, value=None, message=fault.message
    )
    reason = Reason(code=fault.code, column=fault.column, rows=0, examples=(example,))
    return UploadReading(
        verdict=Verdict("file_fault", fault.code, fault.message),
        counts=_NO_ROWS,
        reasons=(reason,),
        chunks=chunks,
    )
