"""How many rows a reject file holds."""

from collections.abc import Iterable

from csvgate.contracts.model import Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.decoding import open_text
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.rejects.reject_file import LINE


def count_rows(pieces: Iterable[bytes], contract: Contract) -> int:
    """Records besides the header, by the dialect of the contract that the file was written with."""
    _, text = open_text(pieces, contract.encoding)
    records = Framer(text, Grammar(contract_for_extracted_records(contract).dialect)).records()
    return sum(not (n == 0 and r.cells and r.cells[0] == LINE) for n, r in enumerate(records))
