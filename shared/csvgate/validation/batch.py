"""The engine's output: batches of records, the valid ones typed, the others with their faults."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final, NamedTuple

from csvgate.contracts.model import Schema
from csvgate.csv.header import Header
from csvgate.csv.records import Record
from csvgate.light_dataclass import dataclass
from csvgate.validation.faults import Fault
from csvgate.validation.rescue import json_keys

CHUNK_BYTES: Final = 16 * 1024 * 1024
"""Bytes of the file after which a batch ends, by default: 16 MiB."""
MAX_CELLS: Final = 2_000_000
"""Cells after which a batch ends: short cells take a hundred times their bytes in memory."""
_CELL_BYTES: Final = 38
"""The bytes that the longest cell of a fixed width takes: a BIGNUMERIC."""
MAX_FAULTS: Final = 50_000
"""Faults after which a batch ends, also to bound its memory."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A batch ends with the record that reaches one of these limits."""

    size: int = CHUNK_BYTES
    """The number of bytes of the file."""
    rows: int = MAX_CELLS
    faults: int = MAX_FAULTS

    @staticmethod
    def of(chunk_bytes: int, cells: int) -> "Limits":
        """Return the limits for records of that many cells, see `cells_of_row`."""
        return Limits(chunk_bytes, max(1, MAX_CELLS // (cells + 1)))


def cells_of_row(schema: Schema, header: Header) -> int:
    """Return the number of cells that a row counts for. Defaults, the texts that cells are replaced
    by, and the labels of rescued cells take memory in each row, although they are not in its
    bytes."""
    added = [
        max(map(len, map(str.encode, (field.default or "", *field.replace.values()))))
        for field in schema.fields
    ]
    added += [len(key.encode()) + _CELL_BYTES for _, key in json_keys(header.others or ())]
    return len(schema.fields) + sum(size // _CELL_BYTES for size in added)


class RejectedRow(NamedTuple):
    """A row that is not loaded, as the reject file repeats it."""

    line: int
    raw: bytes
    """The row's UTF-8 bytes without the terminator."""
    terminator: bytes
    well_formed: bool
    """False if the quoting is broken or the line is too long."""
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Batch:
    """A run of records. Where it ends depends on the file alone, not on how it was read."""

    header: Header
    rows_read: int = 0
    lines: Sequence[int] = field(default_factory=list)
    """The physical line of each valid row, as a list or as an Arrow array of int64."""
    columns: Sequence[Sequence[object]] = field(default_factory=list)
    """For each column of the table that comes from the file the values of the valid rows. Either
    all columns are lists of str, int, Decimal, float, bool, date, time, datetime (in UTC for
    TIMESTAMP, naive for DATETIME), bytes or None; or all are Arrow arrays of the column's type, or
    of a dictionary with values of that type."""
    rejected: list[RejectedRow] = field(default_factory=list)
    warnings: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """For each check that warns of valid rows, their lines. The keys are those of `Judged`."""


def rejected_row(record: Record, faults: tuple[Fault, ...]) -> RejectedRow:
    well_formed = record.cells is not None
    return RejectedRow(record.line, record.raw, record.terminator, well_formed, faults)
