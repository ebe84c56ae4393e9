"""csvgate as validate_and_parse runs it, without the network: chunks, reject file, reasons."""

from collections.abc import Callable, Iterator
from pathlib import Path

from bench.contenders import Outcome
from bench.inputs import batches, pieces
from csvgate.chunks.arrow import encode
from csvgate.contracts.model import Contract
from csvgate.rejects.reject_file import RejectFile
from csvgate.rejects.summary import Reasons


def run(
    path: Path,
    contract: Contract,
    processors: int = 1,
    watch: Callable[[Iterator[bytes]], Iterator[bytes]] = iter,
) -> Outcome:
    outcome, reject_file, reasons = Outcome(), RejectFile(contract), Reasons(contract)
    for batch in batches(pieces(path), contract, processors, watch):
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
