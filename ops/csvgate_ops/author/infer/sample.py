"""The beginning of a file, in memory: enough to guess from, of a file of any size."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.validation.batch import RejectedRow
from csvgate.validation.validate import validate
from csvgate_ops.author.infer.draft import Shape

MOST_BYTES: Final = 32 * 1024 * 1024
"""Expanded. Rows that are long are fewer."""
_CHUNK_BYTES: Final = 1024 * 1024
_ANY: Final = {"dataset": "any", "match": ["*"], "destination": {"dataset": "d", "table": "t"}}


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: tuple[str, ...] | None
    """None when the quoting is broken in this dialect. A byte that is not in the encoding is a lone
    surrogate."""


@dataclass(frozen=True, slots=True)
class Sample:
    data: bytes
    """Whole lines, unless the file is all here."""
    whole: bool


def take(pieces: Iterator[bytes], most: int = MOST_BYTES) -> Sample:
    """The first `most` bytes or a little more, down to the last line break."""
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) >= most:
            end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
            return Sample(bytes(data[:end] if end else data), whole=False)
    return Sample(bytes(data), whole=True)


def rows(data: bytes, shape: Shape, encoding: str) -> Iterator[Row]:
    """The records as the engine reads them, the header too, in their order.

    It is asked for a single column of what nothing can be: so each row comes back, rejected, with
    all its cells.
    """
    nothing = {"name": "nothing", "constraints": {"pattern": "(?!)"}}
    contract = Contract.model_validate(
        {
            **_ANY,
            "encoding": encoding,
            "dialect": {**shape.as_dialect(), "header": False},
            "schema": {"missingValues": [], "fields": [nothing]},
        }
    )
    grammar = Grammar(contract.dialect)
    for batch in validate([data], contract, chunk_bytes=_CHUNK_BYTES):
        yield from (Row(row.line, _cells(row, grammar)) for row in batch.rejected)


def _cells(row: RejectedRow, grammar: Grammar) -> tuple[str, ...] | None:
    record = next(Framer([row.raw + row.terminator], grammar).records())
    return None if record.cells is None else tuple(record.cells)
