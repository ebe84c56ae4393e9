"""Read one upload: stage its valid records as chunks, and write its reject file."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import field, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from csvgate.chunks.arrow import encode
from csvgate.contracts.model import MOST_REJECTED_ROWS, Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.compression import HEAD_BYTES, decompress, is_compressed, most_expanded
from csvgate.csv.lines import read_at_least
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, ObjectStore
from csvgate.protocol.events import (
    CheckWarning,
    Counts,
    FaultExample,
    Reason,
    RejectsRef,
    UploadRef,
)
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.entries import Bounds, Lines, StagedChunk
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.verdict import Verdict
from csvgate.references.keys import KeySets
from csvgate.rejects.corrections import Correction, is_correction
from csvgate.rejects.limited_rejects import Kept, LimitedRejects
from csvgate.rejects.summary import Reasons
from csvgate.rejects.warned_rows import WarnedRows
from csvgate.runtime.errors import Permanent
from csvgate.validation.batch import Batch
from csvgate.validation.faults import Fault, FileFault
from csvgate.validation.judge import Judge
from csvgate.validation.validate import validate
from intake.admission import refuse_overwrite
from intake.corrections import Origin, find_origin
from intake.deadlines.time_budget import TimeBudget
from intake.deadlines.time_limits import MOST_OVERRUNS, TimeLimits
from intake.identical import Identical, identical
from intake.partition_bounds import PartitionRange
from intake.pin_plan import Pinned, pinned_keys
from intake.reject_output import RejectOutput
from intake.row_judges import RowJudges
from intake.staging_output import StagingOutput
from intake.verified_source import (
    GONE,
    Metadata,
    VerifiedSource,
    address,
    metadata_in_event,
    metadata_of_object,
)

if TYPE_CHECKING:
    from csvgate.csv.workbook import Workbook
    from intake.totals import UploadTotals

Twin = Future[Identical | None]
"""Another upload with the same content."""
_NO_ROWS: Final = Counts(read=0, valid=0, rejected=0)


@dataclass(frozen=True, slots=True)
class UploadReading:
    """The result of reading an upload. Its chunks are staged and its reject file is written."""

    verdict: Verdict
    counts: Counts
    """Those of the rows before `stopped_at`, if it is set."""
    reasons: tuple[Reason, ...]
    """Most frequent first; the file fault alone when there is one."""
    warnings: tuple[CheckWarning, ...] = ()
    """Those of the rows that are loaded."""
    chunks: tuple[StagedChunk, ...] = ()
    rejects: RejectsRef | None = None
    lines: Lines | None = None
    """The lines that a later correction needs; None when no line was rejected or corrected."""
    origin: Origin | None = None
    """The upload that this one corrects."""
    bounds: Bounds | None = None
    stopped_at: int | None = None
    """The line at which the reading of the rows ended, because a limit was certainly exceeded."""
    identical: UploadRef | None = None
    """Another upload with the same content."""


class _Source(NamedTuple):
    """The decompressed bytes, and the upload that they correct if they are a reject file."""

    pieces: Iterator[bytes]
    origin: Origin | None
    most_bytes: int
    """An upper bound of the number of decompressed bytes."""
    workbook: "Workbook | None"
    """What reads the file if it is a workbook; None if it is certainly not one."""


@dataclass(frozen=True, slots=True)
class UploadReader:
    store: ObjectStore
    ledger: Ledger
    pool: Executor
    staging_bucket: str
    rejects_bucket: str
    limits: TimeLimits
    clock: Clock
    judges: RowJudges
    processors: int = 1

    def read(self, pinned: Pinned, began: datetime, overruns: int) -> UploadReading:
        """Read the pinned generation to its end, and its rows until a limit is certainly exceeded.
        `began` is when this delivery began, and `overruns` is the number of earlier deliveries that
        ran out of time. Nothing is concluded from bytes that were not verified. Raises Transient,
        OutOfTime among them, and Permanent."""
        references = pinned_keys(pinned, self.ledger)
        try:
            metadata, twin = self._admit(pinned, overruns)
        except FileFault as error:
            return _faulty(error.fault)
        deadline = self.limits.deadline(began)
        budget = TimeBudget(self.clock, deadline, address(pinned.received), metadata.size)
        source = VerifiedSource(self.store, pinned.received, metadata, budget)
        try:
            return self._process(source, pinned, references, twin)
        except FileFault as error:
            if error.fault.code != GONE:
                source.verify()
            return _faulty(error.fault)
        except Permanent:
            source.verify()
            raise

    def _admit(self, pinned: Pinned, overruns: int) -> tuple[Metadata, Twin]:
        """Return the object's metadata, and the search for another upload with the same content,
        which goes on while the first bytes arrive. Raises FileFault for an upload that must not be
        loaded, whatever its rows are. The metadata in the event is used at first. Before a file is
        refused, and after a first delivery has failed, Cloud Storage is asked instead."""
        metadata = metadata_in_event(pinned.received)
        if pinned.is_repeat or self._exceeds(metadata.size, pinned, overruns):
            metadata = metadata_of_object(self.store, pinned.received)
        if fault := self._exceeds(metadata.size, pinned, overruns):
            raise fault
        twin = self.pool.submit(identical, pinned, self.ledger)
        # A second try of the file that is loaded is left out, but not refused.
        if pinned.contract.on_overwrite == "refuse" and not _is_left_out(twin.result()):
            refuse_overwrite(_upload(pinned), self.ledger)
        return metadata, twin

    def _exceeds(self, size: int, pinned: Pinned, overruns: int) -> FileFault | None:
        """Return why a file of this size is refused."""
        limit = pinned.contract.limits.max_bytes
        if limit is not None and size > limit:
            return FileFault(
                "file.too_large", f"the file has {size} bytes; the contract allows {limit}"
            )
        if overruns < MOST_OVERRUNS:
            return self.limits.infeasible(size, ())
        return self.limits.infeasible(size, self.ledger.upload(_upload(pinned).id).overruns())

    def _open(
        self, source: VerifiedSource, pinned: Pinned, head: bytes, rest: Iterator[bytes]
    ) -> _Source:
        limit, size = pinned.contract.limits.max_bytes, source.metadata.size
        most = most_expanded(size, limit) if is_compressed(head) else size
        workbook = _workbook(head, pinned.contract)
        pieces = decompress(
            chain([head], rest),
            max_bytes=limit,
            member=pinned.contract.member,
            on_step=source.budget.check,
            workbook=workbook,
        )
        is_corrected, pieces = is_correction(pieces, pinned.contract)
        if not is_corrected:
            return _Source(pieces, None, most, workbook)
        origin = find_origin(pinned.received, self.ledger)
        self.ledger.upload(pinned.received.upload.id).link_origin(origin.upload)
        return _Source(pieces, origin, most, workbook)

    def _process(
        self,
        verified: VerifiedSource,
        pinned: Pinned,
        references: KeySets,
        twin: Twin,
    ) -> UploadReading:
        """Raises FileFault, Transient and Permanent."""
        contract, correction, totals = pinned.contract, None, None
        head, rest = read_at_least(verified.pieces(), HEAD_BYTES)
        other = twin.result()
        if other is not None and _is_left_out(other):
            return _not_loaded(other)
        source = self._open(verified, pinned, head, rest)
        judge = self.judges.of(pinned, verified.budget.check)
        if source.origin is None:
            totals = self._totals(pinned)
            footer = totals.footer if totals else None
            engine = self._uncorrected(source, pinned, references, judge, footer)
            batches: Iterator[Batch] = engine
        else:
            correction = Correction(contract, source.origin.open_lines)
            stripped = correction.pieces(source.pieces)
            extracted = contract_for_extracted_records(contract)
            engine = self._engine(stripped, extracted, pinned, references, judge)
            batches = correction.batches(engine)
        upload = _upload(pinned)
        staged = StagingOutput(self.store, self.pool, self.staging_bucket, upload.id)
        tally, partition = _Tally(Reasons(contract)), PartitionRange(contract)
        limited = LimitedRejects(contract, source.most_bytes, correction is not None)
        warned = WarnedRows(contract)
        with RejectOutput(self.store, self.rejects_bucket, upload, pinned.plan) as rejects:
            # Until it is closed, the engine may read the source in another thread.
            with closing(engine):
                for batch in batches:
                    kept = limited.take(batch)
                    tally.add(kept)
                    if kept.data:
                        rejects.write(kept.data)
                    verified.budget.rows = limited.counts.read
                    verified.budget.check()
                    if limited.stopped:
                        break
                    partition.add(batch)
                    if totals is not None:
                        totals.add(batch)
                    warned.add(batch.warnings)
                    for chunk in encode(batch, contract):
                        staged.write(chunk.data, chunk.rows)
                    # Otherwise 100 MiB would stay in memory while the next batch is made.
                    del batch, kept
            staged.wait()
            verified.verify()
            verdict = limited.verdict()
            # A file that its limits refuse is refused with its reject file, whatever its totals.
            if totals is not None and verdict.status == "valid":
                if source.workbook is not None:
                    totals.footer.extend(source.workbook.footer)
                totals.compare()
            written = rejects.finish()
        return UploadReading(
            verdict=verdict,
            counts=limited.counts,
            reasons=tally.reasons.top(),
            warnings=warned.all() if verdict.status == "valid" else (),
            chunks=tuple(staged.chunks) if verdict.status == "valid" else (),
            rejects=written,
            lines=tally.lines(correction.loaded if correction else None),
            origin=source.origin,
            bounds=partition.bounds(),
            stopped_at=limited.stopped.line if limited.stopped else None,
            identical=other.upload if other else None,
        )

    def _uncorrected(
        self,
        source: _Source,
        pinned: Pinned,
        references: KeySets,
        judge: Judge | None,
        footer: list[bytes] | None,
    ) -> Generator[Batch, None, None]:
        def engine(pieces: Iterable[bytes], contract: Contract) -> Generator[Batch, None, None]:
            return self._engine(pieces, contract, pinned, references, judge, footer)

        if source.workbook is None:
            return engine(source.pieces, pinned.contract)
        return source.workbook.engine(source.pieces, engine)

    def _totals(self, pinned: Pinned) -> "UploadTotals | None":
        if pinned.contract.totals is None:
            return None
        # Imported here, because most contracts have no totals.
        from intake.totals import totals_of

        return totals_of(pinned, _upload(pinned), self.store)

    def _engine(
        self,
        pieces: Iterable[bytes],
        contract: Contract,
        pinned: Pinned,
        references: KeySets,
        judge: Judge | None,
        footer: list[bytes] | None = None,
    ) -> Generator[Batch, None, None]:
        received = pinned.received
        return validate(
            pieces,
            contract,
            chunk_bytes=received.chunk_bytes,
            references=references,
            hash_key=bytes.fromhex(received.hash_key),
            processors=self.processors,
            judge=judge,
            footer=footer,
        )


def _workbook(head: bytes, contract: Contract) -> "Workbook | None":
    if not is_compressed(head):
        return None
    # Imported here, so that a cold start does not wait for it.
    from csvgate.csv.workbook import Workbook

    return Workbook(contract)


def _upload(pinned: Pinned) -> Upload:
    ref = pinned.received.upload
    return Upload(ref.bucket, ref.name, ref.generation)


@dataclass(slots=True)
class _Tally:
    """Why and where rows were rejected."""

    reasons: Reasons
    rejected: int = 0
    rejected_lines: list[int] = field(default_factory=list)
    """Only a correction may have more of them than these: MOST_REJECTED_ROWS."""

    def add(self, kept: Kept) -> None:
        self.rejected += len(kept.rejected)
        for row in kept.rejected:
            self.reasons.add(row)
            if len(self.rejected_lines) < MOST_REJECTED_ROWS:
                self.rejected_lines.append(row.line)

    def lines(self, corrected: list[int] | None) -> Lines | None:
        """`corrected`: the lines of the original that a correction loads; None if it is not one."""
        if not self.rejected_lines and corrected is None:
            return None
        loaded = tuple(corrected or ())
        rejected = tuple(sorted(self.rejected_lines)[: MOST_REJECTED_ROWS - len(loaded)])
        return Lines(rejected=rejected, loaded=loaded, complete=len(rejected) == self.rejected)


def _is_left_out(other: Identical | None) -> bool:
    return other is not None and other.action != "load"


def _not_loaded(other: Identical) -> UploadReading:
    """Return the result for a file whose content is loaded already. Its own rows are not read, so
    its bytes need not be verified: the checksum in its metadata decides."""
    if other.action == "refuse":
        return replace(_faulty(other.fault()), identical=other.upload)
    return UploadReading(
        verdict=other.verdict(), counts=_NO_ROWS, reasons=(), identical=other.upload
    )


def _faulty(fault: Fault) -> UploadReading:
    """Return the result for a file that cannot be loaded at all."""
    example = FaultExample(
        line=fault.line, column=fault.column, code=fault.code, value=None, message=fault.message
    )
    reason = Reason(code=fault.code, column=fault.column, rows=0, examples=(example,))
    return UploadReading(
        verdict=Verdict("file_fault", fault.code, fault.message),
        counts=_NO_ROWS,
        reasons=(reason,),
    )
