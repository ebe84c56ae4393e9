"""One reading of one upload: its bytes in, chunks and reject file out, counts kept."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from csvgate.chunks.arrow import encode
from csvgate.contracts.model import Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.compression import decompress
from csvgate.ports import ObjectStore
from csvgate.protocol.events import Counts, FaultExample, Reason
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger_entries import Lines
from csvgate.references.keys import KeySets
from csvgate.rejects.corrections import Correction, is_correction
from csvgate.rejects.reject_file import RejectFile
from csvgate.rejects.summary import Reasons
from csvgate.runtime.errors import Permanent
from csvgate.validation.faults import Fault, FileFault
from csvgate.validation.validate import Batch, validate
from intake.chunk_output import ChunkPublisher
from intake.corrections import Origin
from intake.reject_output import RejectOutput
from intake.storage_event import ObjectEvent

NO_ROWS = Counts(read=0, valid=0, rejected=0)
GONE = "file.gone"
MOST_LINES = 700_000
"""Lines that the ledger keeps of one upload: with ten digits each, they fit a request."""


@dataclass(slots=True)
class UploadRun:
    store: ObjectStore
    rejects: RejectOutput
    chunks: ChunkPublisher
    contract: Contract
    find_origin: Callable[[], Origin]
    """Asked only for a file that turns out to be a mended reject file."""
    references: KeySets = ()
    """Of the contract's foreign keys."""
    reasons: Reasons = field(init=False)
    counts: Counts = NO_ROWS
    correction: Correction | None = None
    rejected_lines: list[int] = field(default_factory=list)
    _reject_file: RejectFile = field(init=False)

    def __post_init__(self) -> None:
        self.reasons = Reasons(self.contract)
        self._reject_file = RejectFile(self.contract)

    def read(self, event: ObjectEvent, *, chunk_bytes: int) -> None:
        """Every chunk is safe with Pub/Sub and the reject file is there when it returns.
        Raises FileFault, Transient and Permanent."""
        corrected, pieces = is_correction(self._pieces(event), self.contract)
        batches = (
            self._corrected(pieces, chunk_bytes)
            if corrected
            else self._batches(pieces, self.contract, chunk_bytes)
        )
        with self.rejects:
            for batch in batches:
                self._take(batch)
                # Or it would still be there while the next one is made: 100 MiB for nothing.
                del batch
        self.chunks.wait()

    def _corrected(self, pieces: Iterator[bytes], chunk_bytes: int) -> Iterator[Batch]:
        origin = self.find_origin()
        self.chunks.corrects = origin.upload
        self.correction = Correction(self.contract, origin.open_lines)
        stripped = self.correction.pieces(pieces)
        return self.correction.batches(
            self._batches(stripped, contract_for_extracted_records(self.contract), chunk_bytes)
        )

    def _batches(
        self, pieces: Iterable[bytes], contract: Contract, chunk_bytes: int
    ) -> Iterator[Batch]:
        return validate(pieces, contract, chunk_bytes=chunk_bytes, references=self.references)

    def lines(self) -> Lines | None:
        """What a later correction needs to know; None when no line was rejected or corrected."""
        if not self.rejected_lines and self.correction is None:
            return None
        loaded = tuple(self.correction.loaded) if self.correction else ()
        rejected = tuple(sorted(self.rejected_lines)[: MOST_LINES - len(loaded)])
        return Lines(
            rejected=rejected, loaded=loaded, complete=len(rejected) == self.counts.rejected
        )

    def _pieces(self, event: ObjectEvent) -> Iterator[bytes]:
        limit = self.contract.limits.max_bytes
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
            # The end of the upload, and not only of this delivery: whatever waits for it, as the
            # next holder of its name does, would wait for ever.
            raise FileFault(GONE, failure.message) from failure

    def _take(self, batch: Batch) -> None:
        self.counts = Counts(
            read=self.counts.read + batch.rows_read,
            valid=self.counts.valid + len(batch.lines),
            rejected=self.counts.rejected + len(batch.rejected),
        )
        for row in batch.rejected:
            self.reasons.add(row)
            if len(self.rejected_lines) < MOST_LINES:
                self.rejected_lines.append(row.line)
        if batch.rejected:
            self.rejects.write(self._reject_file.render(batch))
        for chunk in encode(batch, self.contract):
            self.chunks.publish(chunk.data, chunk.rows)


def hopeless(fault: Fault) -> tuple[Reason, ...]:
    """The one reason of a file that cannot be loaded at all."""
    example = FaultExample(
        line=fault.line, column=fault.column, code=fault.code, value=None, message=fault.message
    )
    return (Reason(code=fault.code, column=fault.column, rows=0, examples=(example,)),)
