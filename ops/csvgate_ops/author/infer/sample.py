"""Reads the beginning of a file, as a sample in memory."""

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
"""The limit on the decompressed sample."""
_NOTHING: Final = r"[^\x{0}-\x{10FFFF}]"
"""A pattern that matches nothing."""
_CHUNK_BYTES: Final = 1024 * 1024
_ANY: Final = {"dataset": "any", "match": ["*"], "destination": {"dataset": "d", "table": "t"}}


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: tuple[str, ...] | None
    """None when the quoting is broken in this dialect. A byte that is not valid in the encoding
    becomes a lone surrogate."""


@dataclass(frozen=True, slots=True)
class Sample:
    data: bytes
    """Complete lines, or the whole file."""
    complete: bool
    """True if the sample is the whole file."""


def take(pieces: Iterator[bytes], most: int = MOST_BYTES) -> Sample:
    """Read the first `most` bytes or slightly more, up to the last line break."""
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) >= most:
            end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
            return Sample(bytes(data[:end] if end else data), complete=False)
    return Sample(bytes(data), complete=True)


def rows(data: bytes, shape: Shape, encoding: str) -> Iterator[Row]:
    """Yield the records, including the header, as the engine reads them.

    The contract has a single column that accepts no value, so that the engine returns every row, as
    rejected and with all its cells.
    """
    nothing = {"name": "nothing", "constraints": {"pattern": _NOTHING}}
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
