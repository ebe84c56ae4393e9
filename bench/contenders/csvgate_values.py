"""csvgate's validation alone: typed values and rejected rows, nothing made of them."""

from pathlib import Path

from bench.contract import orders_contract
from bench.outcome import Outcome
from bench.pieces import pieces
from csvgate.validation.validate import validate


def run(path: Path) -> Outcome:
    contract, outcome = orders_contract(), Outcome()
    for batch in validate(pieces(path), contract):
        outcome.rows += batch.rows_read
        for row in batch.rejected:
            outcome.findings += [(f.line, f.column, f.code) for f in row.faults]
        del batch
    return outcome
