"""Runs `csvgate infer`: samples the file, drafts a contract, tests it and reports."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.workbook import Workbook
from csvgate.text import counted
from csvgate.validation.batch import Batch
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.check.source import Source
from csvgate_ops.author.infer.contract.draft import Draft
from csvgate_ops.author.infer.contract.verify import Outcome, relax
from csvgate_ops.author.infer.contract.yaml_text import UNUSABLE_LABELS, yaml_text
from csvgate_ops.author.infer.file.sample import Sample, take
from csvgate_ops.author.infer.guess import guess
from csvgate_ops.author.infer.sheets import SheetDrafts
from csvgate_ops.text import printable

MOST_TESTED: Final = 128 * 1024 * 1024
"""The largest stored size, in bytes, of a file that the contract is tested on completely."""


@dataclass(frozen=True, slots=True)
class Inferred:
    text: str
    draft: Draft
    outcome: Outcome
    all_tested: bool


def infer(
    source: Source,
    file: Path | None,
    dataset: str,
    rows: int,
    on_bytes: Callable[[int], None] | None = None,
    sheet: str | None = None,
) -> Inferred:
    """`sheet` is the name of the sheet to read if the file is a workbook. Raises Unusable when the
    file cannot be read, or has no certain table."""
    sheets = SheetDrafts(sheet, dataset, file, rows)
    try:
        sample = take(source.pieces(report=on_bytes, workbook=sheets))
        if sheets.draft is not None:
            draft = sheets.draft
            outcome, tested = _test_sheet(draft, source, on_bytes)
        elif sheet is not None:
            raise Unusable(f"{source.name} is not an Excel workbook; leave --sheet out")
        else:
            draft = guess(sample, file, dataset, rows)
            outcome, tested = _test(draft, sample, source, on_bytes)
    except FileFault as error:
        fault = error.fault
        raise Unusable(f"{source.name}: {fault.code}: {fault.message}") from error
    draft.origin = (
        f"Written by csvgate infer for {source.name}, from {_basis(draft, outcome, tested)}. "
        "Guesses have a comment."
    )
    return Inferred(yaml_text(draft), draft, outcome, tested)


def _test(
    draft: Draft, sample: Sample, source: Source, on_bytes: Callable[[int], None] | None
) -> tuple[Outcome, bool]:
    """Return the outcome, and whether the whole file was tested."""
    outcome = relax(draft, lambda contract: validate([sample.data], contract))
    if sample.complete or source.size is None or source.size > MOST_TESTED:
        return outcome, sample.complete
    outcome = relax(draft, lambda contract: validate(source.pieces(report=on_bytes), contract))
    return outcome, True


def _test_sheet(
    draft: Draft, source: Source, on_bytes: Callable[[int], None] | None
) -> tuple[Outcome, bool]:
    """Test the draft on the sheet itself, which the sample shows in another form."""
    if source.size is None:
        raise Unusable(
            f"{source.name} is an Excel workbook, which has to be read several times; give its path"
        )
    tested = draft.complete or source.size <= MOST_TESTED

    def batches(contract: Contract) -> Iterator[Batch]:
        workbook = Workbook(contract)
        pieces = source.pieces(report=on_bytes, workbook=workbook)
        engine = workbook.engine(pieces, validate)
        with closing(engine):
            rows = 0
            for batch in engine:
                yield batch
                rows += batch.rows_read
                if not tested and rows >= draft.rows:
                    return

    return relax(draft, batches), tested


def remarks(inferred: Inferred, path: Path | None) -> Iterator[str]:
    """Yield what the user should know, one line each."""
    draft, outcome = inferred.draft, inferred.outcome
    what = f"contract {draft.dataset}" if path is None else str(path)
    columns = counted(len(draft.columns), "column")
    yield printable(f"{what}: {columns} from {_basis(draft, outcome, inferred.all_tested)}")
    yield from map(printable, draft.remarks)
    if draft.by_position and draft.preamble_lines:
        yield f"Columns are read by position, because {draft.why_by_position or UNUSABLE_LABELS}:"
        for number, column in enumerate(draft.columns, 1):
            if column.label != column.name:
                label = f"'{printable(column.label)}'" if column.label else f"column {number}"
                yield f"  {label} is {column.name}"
        if not draft.why_by_position:
            yield "  If each column had its own label in the file, the header could be checked."
    elif draft.header and any(column.renamed for column in draft.columns):
        yield "Labels that are not valid BigQuery column names are kept as `label` beside a name."
    if outcome.broken_rows == 1:
        yield "1 row is broken, and no contract accepts it:"
    elif outcome.broken_rows:
        yield f"{outcome.broken_rows:,} rows are broken, and no contract accepts them. First:"
    for fault in outcome.broken:
        yield f"  line {fault.line}: {fault.code} {printable(fault.message)}"


def _basis(draft: Draft, outcome: Outcome, all_tested: bool) -> str:
    """Return the rows that the contract was drafted from and tested on."""
    if draft.complete and all_tested and draft.rows == outcome.rows < 2:
        if not draft.rows:
            return "the header alone, as there are no rows"
        return "its only row, tested on it"
    return f"{_rows(draft.rows, draft.complete)}, tested on {_rows(outcome.rows, all_tested)}"


def _rows(number: int, complete: bool) -> str:
    return f"{'all' if complete else 'the first'} {number:,} rows"
