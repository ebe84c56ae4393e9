"""What the engine hands out: runs of records, the valid ones typed and the others with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from csvgate.csv.header import Header
from csvgate.csv.records import Record
from csvgate.validation.faults import Fault

CHUNK_BYTES: Final = 16 * 1024 * 1024
MAX_CELLS: Final = 2_000_000
"""A batch ends here too: cells of two bytes each would take a hundred times their size."""
MAX_FAULTS: Final = 50_000
"""And here, for the same reason."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one batch: it ends with the record that reaches one of them."""

    size: int = CHUNK_BYTES
    """Bytes of the file."""
    rows: int = MAX_CELLS
    faults: int = MAX_FAULTS

    @staticmethod
    def of(chunk_bytes: int, fields: int) -> "Limits":
        return Limits(chunk_bytes, max(1, MAX_CELLS // (fields + 1)))


class RejectedRow(NamedTuple):
    line: int
    raw: bytes
    """As in the file, without its terminator."""
    terminator: bytes
    sound: bool
    """False when the quoting is broken or the line too long."""
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Batch:
    """A run of whole records, cut by their bytes in the file: the same whatever the pieces were."""

    header: Header
    rows_read: int = 0
    lines: Sequence[int] = field(default_factory=list)
    """The physical line of each valid row: a list, or an Arrow array of int64."""
    columns: Sequence[Sequence[object]] = field(default_factory=list)
    """For each field of the contract, the values of the valid rows. As a list: str, int, Decimal,
    float, bool, date, time, datetime (of a TIMESTAMP in UTC, of a DATETIME naive), bytes or None;
    or all of them an Arrow array of the column's type, or a dictionary of it."""
    rejected: list[RejectedRow] = field(default_factory=list)


def rejected_row(record: Record, faults: tuple[Fault, ...]) -> RejectedRow:
    sound = record.cells is not None
    return RejectedRow(record.line, record.raw, record.terminator, sound, faults)
