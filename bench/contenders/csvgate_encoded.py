"""csvgate as validate_and_parse runs it, without the network: chunks, reject file, reasons."""

from pathlib import Path

from bench.contenders import Outcome
from bench.inputs import orders_contract, pieces
from csvgate.chunks.arrow import encode
from csvgate.rejects.reject_file import RejectFile
from csvgate.rejects.summary import Reasons
from csvgate.validation.validate import validate


def run(path: Path) -> Outcome:
    contract = orders_contract()
    outcome, reject_file, reasons = Outcome(), RejectFile(contract), Reasons(contract)
    for batch in validate(pieces(path), contract):
        outcome.rows += batch.rows_read
        for row in batch.rejected:
            reasons.add(row)
            outcome.findings += [(f.line, f.column, f.code) for f in row.faults]
        reject_file.render(batch)
        outcome.bytes_out += sum(len(chunk.data) for chunk in encode(batch, contract))
        # Like the function, it frees this batch before the next is made.
        del batch
    reasons.top()
    return outcome
