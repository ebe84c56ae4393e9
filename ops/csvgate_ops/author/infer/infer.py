"""The whole of it: sample, guess, try, relax, and what to say about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from csvgate.validation.faults import FileFault
from csvgate_ops.author.check.source import Source
from csvgate_ops.author.check.unusable import Unusable
from csvgate_ops.author.infer.draft import Draft
from csvgate_ops.author.infer.guess import guess
from csvgate_ops.author.infer.sample import take
from csvgate_ops.author.infer.verify import Outcome, settle
from csvgate_ops.author.infer.yaml_text import HINDRANCE, yaml_text
from csvgate_ops.text import printable

MOST_TRIED: Final = 128 * 1024 * 1024
"""Bytes of a file, as it is, that the contract is tried on whole."""


@dataclass(frozen=True, slots=True)
class Inferred:
    text: str
    draft: Draft
    outcome: Outcome
    all_tried: bool


def infer(
    source: Source,
    file: Path | None,
    dataset: str,
    rows: int,
    on_bytes: Callable[[int], None] | None = None,
) -> Inferred:
    """Raises Unusable when the file cannot be read, or is no CSV."""
    try:
        sample = take(source.pieces(report=on_bytes))
        draft = guess(sample, file, dataset, rows)
        outcome = settle(draft, lambda: [sample.data])
        tried = sample.whole
        if not tried and source.size is not None and source.size <= MOST_TRIED:
            outcome = settle(draft, lambda: source.pieces(report=on_bytes))
            tried = True
    except FileFault as error:
        fault = error.fault
        raise Unusable(f"{source.name}: {fault.code}: {fault.message}") from error
    draft.origin = (
        f"Written by csvgate infer from {_sampled(draft)} of {source.name}, and tried on "
        f"{_tried(outcome, tried)}. Guesses are marked."
    )
    return Inferred(yaml_text(draft), draft, outcome, tried)


def remarks(inferred: Inferred, path: Path | None) -> Iterator[str]:
    """What a person should know, a line each."""
    draft, outcome = inferred.draft, inferred.outcome
    what = f"contract {draft.dataset}" if path is None else str(path)
    tried = _tried(outcome, inferred.all_tried)
    yield printable(
        f"{what}: {len(draft.columns)} columns from {_sampled(draft)}, tried on {tried}"
    )
    if draft.preamble_lines:
        yield f"Labels of the header are {HINDRANCE}, so columns go by position:"
        for column in draft.columns:
            if column.label != column.name:
                yield f"  '{printable(column.label)}' is {column.name}"
        yield "  Better give each column its own label in the file: then the header is checked."
    elif draft.header and any(column.renamed for column in draft.columns):
        yield "Labels that cannot name BigQuery columns are a `label` each, with a name made of it."
    if outcome.hopeless_rows == 1:
        yield "1 row is broken, and no contract accepts it:"
    elif outcome.hopeless_rows:
        yield f"{outcome.hopeless_rows:,} rows are broken, and no contract accepts them. The first:"
    for fault in outcome.hopeless:
        yield f"  line {fault.line}: {fault.code} {printable(fault.message)}"


def _sampled(draft: Draft) -> str:
    return f"{'all' if draft.whole else 'the first'} {draft.rows:,} rows"


def _tried(outcome: Outcome, whole: bool) -> str:
    return f"all {outcome.rows:,} rows" if whole else f"the first {outcome.rows:,} rows"
