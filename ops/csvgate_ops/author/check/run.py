"""Runs one check: validates the file, counts rows, keeps faults and writes rejected rows."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.workbook import Workbook
from csvgate.protocol.events import Counts, Reason
from csvgate.protocol.verdict import Stopped, Verdict
from csvgate.protocol.warning_text import warning_text
from csvgate.references.keys import KeySets
from csvgate.rejects.corrections import Correction, is_correction
from csvgate.rejects.limited_rejects import LimitedRejects
from csvgate.rejects.summary import Reasons
from csvgate.rejects.warned_rows import WarnedRows
from csvgate.validation.batch import Batch
from csvgate.validation.faults import Fault, FileFault
from csvgate.validation.judge import Judge
from csvgate.validation.validate import validate
from csvgate_ops.author.check.corrected_file import CorrectedFile, EveryLine
from csvgate_ops.author.check.fault_spool import FaultSpool
from csvgate_ops.author.check.reject_output import RejectOutput
from csvgate_ops.author.check.source import Source
from csvgate_ops.author.check.totals import Sidecar, checked_totals
from csvgate_ops.author.check.utf8_watch import Utf8Watch

_VECTOR_BYTES: Final = 2 * 1024 * 1024
"""Smaller files take the row-by-row path: the imports of the vectorised path cost more time."""


@dataclass(frozen=True, slots=True)
class Result:
    counts: Counts
    """The rows before the file fault, or before the line of `stopped`, if there is one."""
    file_fault: Fault | None
    verdict: Verdict
    """The verdict about the rows."""
    stopped: Stopped | None
    """Set if the reading ended early, because a limit was certainly exceeded."""
    reasons: tuple[Reason, ...]
    faults: FaultSpool
    corrected: CorrectedFile | None = None
    """Set for a corrected reject file, whose lines are those of the original file."""
    warnings: tuple[str, ...] = ()
    """What looks wrong although it is not a fault."""

    @property
    def clean(self) -> bool:
        return self.file_fault is None and not self.counts.rejected and not self.stopped


class Check:
    """One check of a file.

    `name` is the name to upload the file under, if known. `on_bytes` is called with the number of
    bytes of each read, `on_rows` with the numbers of rows read and rejected so far. With more than
    one of the `processors`, `on_bytes` may be called in another thread. Totals in a sidecar are
    compared if `sidecar` is given.
    """

    def __init__(
        self,
        contract: Contract,
        faults: FaultSpool,
        rejects: RejectOutput | None = None,
        *,
        references: KeySets = (),
        judge: Judge | None = None,
        name: str | None = None,
        sidecar: Sidecar | None = None,
        on_bytes: Callable[[int], None] | None = None,
        on_rows: Callable[[int, int], None] | None = None,
        processors: int = 1,
    ) -> None:
        self._contract = contract
        self._faults = faults
        self._rejects = rejects
        self._references = references
        self._judge = judge
        self._warned = WarnedRows(contract)
        self._corrected_file = CorrectedFile(name)
        self._on_bytes = on_bytes
        self._on_rows = on_rows
        self._processors = processors
        self._reasons = Reasons(contract, local=True)
        self._totals = checked_totals(contract, sidecar)

    def run(self, source: Source) -> Result:
        """Raises Unusable when the file cannot be read."""
        fault, is_corrected = None, False
        limit = self._contract.limits.max_bytes
        limited = LimitedRejects(self._contract, None)
        watch = Utf8Watch(self._contract.encoding)
        try:
            member = self._contract.member
            workbook = Workbook(self._contract)
            stored = source.pieces(
                max_bytes=limit, member=member, report=self._on_bytes, workbook=workbook
            )
            pieces = watch.watch(stored)
            is_corrected, pieces = is_correction(pieces, self._contract)
            limited = LimitedRejects(self._contract, source.most_bytes(limit), is_corrected)
            batches = self._corrected(pieces) if is_corrected else self._batches(pieces, workbook)
            with closing(batches):
                for batch in batches:
                    self._take(batch, limited)
                    # Free its memory before the next batch is made.
                    del batch
                    if limited.stopped:
                        break
            if self._totals and not is_corrected and limited.verdict().status == "valid":
                self._totals.footer.extend(workbook.footer)
                self._totals.compare()
        except FileFault as error:
            fault = error.fault
            if self._rejects:
                self._rejects.discard()
        return Result(
            counts=limited.counts,
            file_fault=fault,
            verdict=limited.verdict(),
            stopped=limited.stopped,
            reasons=self._reasons.top(),
            faults=self._faults,
            corrected=self._corrected_file if is_corrected else None,
            warnings=(
                *((watch.warning,) if watch.warning else ()),
                *map(warning_text, self._warned.all()),
            ),
        )

    def _batches(self, pieces: Iterator[bytes], workbook: Workbook) -> Generator[Batch, None, None]:
        footer = self._totals.footer if self._totals else None
        return workbook.engine(pieces, partial(self._validate, footer=footer))

    def _validate(
        self, pieces: Iterable[bytes], contract: Contract, footer: list[bytes] | None = None
    ) -> Generator[Batch, None, None]:
        return validate(
            pieces,
            contract,
            references=self._references,
            vector_bytes=_VECTOR_BYTES,
            processors=self._processors,
            judge=self._judge,
            footer=footer,
        )

    def _corrected(self, pieces: Iterator[bytes]) -> Generator[Batch, None, None]:
        self._corrected_file.require_upload()
        correction = Correction(self._contract, EveryLine())
        stripped = correction.pieces(pieces)
        engine = self._validate(stripped, contract_for_extracted_records(self._contract))
        with closing(engine):
            yield from correction.batches(engine)

    def _take(self, batch: Batch, limited: LimitedRejects) -> None:
        kept = limited.take(batch)
        if self._totals and not limited.is_correction:
            self._totals.add(batch)
        if not limited.stopped:
            self._warned.add(batch.warnings)
        for row in kept.rejected:
            self._reasons.add(row)
            for fault in row.faults:
                self._faults.add(fault)
        if self._rejects and kept.data:
            self._rejects.write(kept.data)
        if self._on_rows:
            self._on_rows(limited.counts.read, limited.counts.rejected)


def revealed(contract: Contract) -> Contract:
    """Return a copy of the contract without sensitive columns."""
    fields = [f.model_copy(update={"sensitive": False}) for f in contract.schema_.fields]
    schema = contract.schema_.model_copy(update={"fields": tuple(fields)})
    return contract.model_copy(update={"schema_": schema})
