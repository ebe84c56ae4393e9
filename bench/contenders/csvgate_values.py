"""csvgate's validation alone: typed values and rejected rows, without any output."""

from pathlib import Path

from bench.contenders import Outcome
from bench.inputs import batches, pieces
from csvgate.contracts.model import Contract


def run(path: Path, contract: Contract) -> Outcome:
    outcome = Outcome()
    for batch in batches(pieces(path), contract):
        outcome.rows += batch.rows_read
        for row in batch.rejected:
            outcome.findings += [(f.line, f.column, f.code) for f in row.faults]
        del batch
    return outcome
