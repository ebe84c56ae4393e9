"""pydantic as in `pydantic_rows`, with the output that csvgate makes."""

from pathlib import Path

from bench.contenders import Outcome, pydantic_rows
from bench.contenders.records_out import RecordsOut
from csvgate.contracts.model import Contract


def run(path: Path, contract: Contract) -> Outcome:
    out = RecordsOut(contract)
    outcome = pydantic_rows.run(path, contract, out)
    out.finish()
    outcome.bytes_out = out.bytes
    return outcome
