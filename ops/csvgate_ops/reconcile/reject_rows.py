"""How many rows a reject file holds."""

from collections.abc import Iterable

from csvgate.contracts.model import Contract
from csvgate.engine.body import bare
from csvgate.engine.framing import Framer
from csvgate.engine.quoting import Grammar
from csvgate.engine.rejects import LINE
from csvgate.engine.text import begin


def count_rows(pieces: Iterable[bytes], contract: Contract) -> int:
    """Records besides the header, by the dialect of the contract that the file was written with."""
    _, text = begin(pieces, contract.encoding)
    records = Framer(text, Grammar(bare(contract).dialect)).records()
    return sum(not (n == 0 and r.cells and r.cells[0] == LINE) for n, r in enumerate(records))
