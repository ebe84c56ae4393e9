"""csvgate's validation alone: typed values and rejected rows, without any output."""

from pathlib import Path

from bench.contenders import Outcome
from bench.inputs import orders_contract, pieces
from csvgate.validation.validate import validate


def run(path: Path) -> Outcome:
    contract, outcome = orders_contract(), Outcome()
    for batch in validate(pieces(path), contract):
        outcome.rows += batch.rows_read
        for row in batch.rejected:
            outcome.findings += [(f.line, f.column, f.code) for f in row.faults]
        del batch
    return outcome
