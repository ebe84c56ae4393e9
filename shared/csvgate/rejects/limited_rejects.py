"""Counts rows and formats the rejected ones until a limit of the contract is exceeded.

The function that loads a file and the command that checks it both use this, so that both say the
same. The reading of the rows may end as soon as the upload is certainly refused: the rest cannot
change that, and would only cost time and fill the reject file.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from csvgate.contracts.effects import disposition
from csvgate.contracts.model import Contract
from csvgate.csv.encodings import codec_names
from csvgate.protocol.events import Counts
from csvgate.protocol.verdict import Stopped, Verdict, judge
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.batch import Batch, RejectedRow

LEAST_SHOWN: Final = 1_000
"""So many rejected rows are shown even if fewer exceed the limit: otherwise each upload under a
strict contract would show one faulty row."""
_EXPANSION: Final = 2
"""The UTF-8 bytes of a row are at most this many times those in the file: two for one in Latin-1,
three for two in UTF-16, which a byte order mark can announce under any contract."""
_LITTLE: Final = {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso8859-1"}
_LARGE_EXPANSION: Final = 3
"""The same for other encodings: € has one byte in Windows-1252, as katakana have in Shift-JIS, and
a byte that is not a character has three in UTF-8."""


class Kept(NamedTuple):
    """The part of a batch that counts."""

    rejected: Sequence[RejectedRow]
    data: bytes
    """What is appended to the reject file."""


@dataclass(slots=True)
class LimitedRejects:
    """The rows of one reading of a file, up to the limits."""

    contract: Contract
    most_bytes: int | None
    """An upper bound of the decompressed bytes of the file; None if there is none."""
    is_correction: bool = False
    """A correction is not judged by its rejected rows, because its original was. Only the size of
    its reject file is limited."""
    counts: Counts = Counts(read=0, valid=0, rejected=0)  # noqa: RUF009 - it is frozen
    stopped: Stopped | None = None
    """Set once the reading can end; then nothing more may be taken."""
    _bytes: int = 0
    """The size of the reject file so far."""
    _cells: int = 1
    """The number of cells of a valid row."""
    _rejected_bytes: int = 0
    """The size of the rejected rows in UTF-8."""
    _file: RejectFile = field(init=False)
    _expansion: int = field(init=False)

    def __post_init__(self) -> None:
        is_little = _LITTLE.issuperset(codec_names(self.contract.encoding))
        self._expansion = _EXPANSION if is_little else _LARGE_EXPANSION
        self._file = RejectFile(self.contract)

    def take(self, batch: Batch) -> Kept:
        """Count the rows of the next batch, up to the first one that exceeds a limit."""
        if self._is_rate_certain():
            self.stopped = Stopped("limit.rejected_rate", _first_line(batch))
            return Kept((), b"")
        self._cells = batch.header.width
        data: list[bytes] = []
        for row, piece in zip(batch.rejected, self._file.pieces(batch), strict=True):
            self.stopped = self._stop(len(data), len(piece), row.line)
            if self.stopped is not None:
                break
            data.append(piece)
            self._bytes += len(piece)
            self._rejected_bytes += len(row.raw) + len(row.terminator)
        valid = len(batch.lines)
        if self.stopped is not None:
            valid = bisect_left(batch.lines, self.stopped.line, key=int)
        self.counts = Counts(
            read=self.counts.read + valid + len(data),
            valid=self.counts.valid + valid,
            rejected=self.counts.rejected + len(data),
        )
        return Kept(batch.rejected[: len(data)], b"".join(data))

    def verdict(self) -> Verdict:
        """Return the verdict about everything that was taken."""
        if self.is_correction and self.stopped is None:
            return Verdict("valid")
        replaces = disposition(self.contract) in ("replace", "replace_table")
        return judge(self.counts, self.contract.limits, self.stopped, replaces=replaces)

    def _stop(self, before: int, size: int, line: int) -> Stopped | None:
        """Return why the row at this line is not counted: `before` rejected rows of its batch are,
        and the row has `size` bytes in the reject file."""
        limits, rejected = self.contract.limits, self.counts.rejected + before
        if not self.is_correction and rejected >= max(limits.rejected_rows, LEAST_SHOWN):
            return Stopped("limit.rejected_rows", line)
        if self._bytes + size > limits.rejected_bytes:
            over = not self.is_correction and rejected >= limits.rejected_rows
            return Stopped("limit.rejected_rows" if over else "limit.rejected_bytes", line)
        return None

    def _is_rate_certain(self) -> bool:
        """Return whether the rate exceeds its limit even if the file has as many more rows as it
        has room for, and all of them are valid."""
        if self.most_bytes is None or self.is_correction or self.counts.rejected < LEAST_SHOWN:
            return False
        # A valid row has at least one byte for each cell: its delimiters and its line end. If it
        # may be short, it has at least a character or a delimiter, and its line end.
        shortest = self._cells
        if self.contract.dialect.short_rows == "pad":
            shortest = min(shortest, 2)
        read = self._rejected_bytes // self._expansion + self.counts.valid * shortest
        rest = max(0, self.most_bytes - read) // shortest + 1
        share = self.counts.rejected / (self.counts.read + rest)
        return share > self.contract.limits.rejected_rate


def _first_line(batch: Batch) -> int:
    lines = [row.line for row in batch.rejected[:1]] + [int(line) for line in batch.lines[:1]]
    return min(lines)
