"""The seam of the engine: CSV bytes in, batches of typed rows and rejected rows out.

Today every record goes through `Rules`. A vectorised path may clear most of a batch instead, as
long as it gives the same batches.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.engine.framing import Framer, Record
from csvgate.engine.header import Header, by_position, read_header
from csvgate.engine.quoting import Grammar
from csvgate.engine.rules import Rules
from csvgate.engine.text import begin
from csvgate.faults import Fault, FileFault

CHUNK_BYTES: Final = 16 * 1024 * 1024
MAX_CELLS: Final = 2_000_000
"""A batch ends here too: cells of two bytes each would take a hundred times their size."""
MAX_FAULTS: Final = 50_000
"""And here, for the same reason."""
_ROWS_AT_ONCE: Final = 512
"""Kept as rows before they become columns: the garbage collector would visit each list of each row
again and again, at a quarter of the whole cost."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    line: int
    raw: bytes
    """As in the file, without its terminator."""
    terminator: bytes
    cells: tuple[str, ...] | None
    """In the file's order; None when the quoting is broken or the line too long."""
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Batch:
    """A run of whole records, cut by their bytes in the file: the same whatever the pieces were."""

    header: Header
    rows_read: int = 0
    lines: list[int] = field(default_factory=list)
    """The physical line of each valid row."""
    columns: list[list[object]] = field(default_factory=list)
    """For each field of the contract, the values of the valid rows: str, int, Decimal, float, bool,
    date, time, datetime (of a TIMESTAMP in UTC, of a DATETIME naive), bytes or None."""
    rejected: list[RejectedRow] = field(default_factory=list)


def validate(
    pieces: Iterable[bytes], contract: Contract, *, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Batch]:
    """Batches of about `chunk_bytes` of CSV, in the file's order; none for a file without rows.

    `pieces` are the file's bytes, decompressed, in any sizes. Memory is a small multiple of
    `chunk_bytes`. Raises FileFault when the file as a whole cannot be loaded: at once, except for
    what `pieces` raises itself.
    """
    mark, pieces = begin(pieces, contract.encoding)
    records = Framer(pieces, Grammar(contract.dialect), contract.encoding).records()
    first = next(records, None)
    if first is None:
        raise FileFault("file.empty", "the file is empty, or has nothing but blank lines")
    if contract.dialect.header:
        header = read_header(first, contract, mark)
    else:
        header = by_position(contract, mark)
        records = chain([first], records)
    rules = Rules(contract, header)
    try:
        yield from _batches(records, rules, header, chunk_bytes)
    finally:
        rules.close()


def _batches(
    records: Iterator[Record], rules: Rules, header: Header, chunk_bytes: int
) -> Iterator[Batch]:
    most_rows = max(1, MAX_CELLS // (len(header.order) + 1))
    batch, rows = _empty(header), list[list[object]]()
    size = faults_found = 0
    for record in records:
        values, faults = rules.check(record)
        if faults:
            batch.rejected.append(_rejected(record, faults))
            faults_found += len(faults)
        else:
            batch.lines.append(record.line)
            rows.append(values)
            if len(rows) == _ROWS_AT_ONCE:
                _move(rows, batch.columns)
        batch.rows_read += 1
        size += len(record.raw) + len(record.terminator)
        if size >= chunk_bytes or batch.rows_read >= most_rows or faults_found >= MAX_FAULTS:
            _move(rows, batch.columns)
            yield batch
            batch = _empty(header)
            size = faults_found = 0
    if batch.rows_read:
        _move(rows, batch.columns)
        yield batch


def _empty(header: Header) -> Batch:
    return Batch(header, columns=[[] for _ in header.order])


def _rejected(record: Record, faults: tuple[Fault, ...]) -> RejectedRow:
    cells = None if record.cells is None else tuple(record.cells)
    return RejectedRow(record.line, record.raw, record.terminator, cells, faults)


def _move(rows: list[list[object]], columns: list[list[object]]) -> None:
    for column, values in zip(columns, zip(*rows, strict=True), strict=bool(rows)):
        column.extend(values)
    rows.clear()
