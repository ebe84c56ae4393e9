"""Cuts validated blocks into batches, exactly where the rule path cuts them."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.csv.header import Header
from csvgate.validation.batch import Batch, Limits, RejectedRow
from csvgate.validation.fast.arrays import Ints
from csvgate.validation.fast.block_validator import ValidatedBlock
from csvgate.validation.fast.kernels.column import concatenate


class Batcher:
    def __init__(self, header: Header, limits: Limits) -> None:
        self._header: Final = header
        self._limits: Final = limits
        self._rows = self._size = self._faults = 0
        """The counts of the batch that is not complete yet."""
        self._parts: list[ValidatedBlock] = []

    def add(self, block: ValidatedBlock) -> Iterator[Batch]:
        """Yield the batches that this block completes."""
        limits, total = self._limits, len(block.sizes)
        size, faults = int(block.sizes.sum()), int(block.faults.sum())
        more = Limits(self._size + size, self._rows + total, self._faults + faults)
        if more.size < limits.size and more.rows < limits.rows and more.faults < limits.faults:
            self._append(block, 0, total, 0, len(block.lines))
            self._size, self._faults = more.size, more.faults
            return
        yield from self._cut(block)

    def _cut(self, block: ValidatedBlock) -> Iterator[Batch]:
        limits = self._limits
        sizes, faults = np.cumsum(block.sizes), np.cumsum(block.faults)
        valid = np.cumsum(block.faults == 0)
        at, total = 0, len(sizes)
        while at < total:
            # The batch ends after the first row that reaches one of the limits.
            size_before = sizes[at - 1] if at else 0
            faults_before = faults[at - 1] if at else 0
            end = 1 + min(
                int(np.searchsorted(sizes, size_before + limits.size - self._size)),
                int(np.searchsorted(faults, faults_before + limits.faults - self._faults)),
                at + limits.rows - self._rows - 1,
                total,
            )
            is_complete = end <= total
            end = min(end, total)
            self._append(block, at, end, int(valid[at - 1]) if at else 0, int(valid[end - 1]))
            self._size += int(sizes[end - 1] - size_before)
            self._faults += int(faults[end - 1] - faults_before)
            at = end
            if is_complete:
                yield self._batch()

    def rest(self) -> Iterator[Batch]:
        """Yield the last batch, if it has rows."""
        if self._rows:
            yield self._batch()

    def _append(self, block: ValidatedBlock, start: int, end: int, first: int, last: int) -> None:
        """Append the rows from `start` to `end`; its valid rows are number `first` to `last`."""
        columns = [column.slice(first, last - first) for column in block.columns]
        part = block._replace(
            lines=block.lines[first:last],
            columns=columns,
            rejected=block.rejected[start - first : end - last],
            warnings=_between(block, first, last),
        )
        self._parts.append(part)
        self._rows += end - start

    def _batch(self) -> Batch:
        lines = pa.array(np.concatenate([part.lines for part in self._parts]), pa.int64())
        columns = [
            concatenate(pieces)
            for pieces in zip(*(part.columns for part in self._parts), strict=True)
        ]
        rejected: list[RejectedRow] = [row for part in self._parts for row in part.rejected]
        warnings = dict[int, list[int]]()
        for part in self._parts:
            for check, warned in part.warnings.items():
                warnings.setdefault(check, []).extend(warned.tolist())
        batch = Batch(self._header, self._rows, lines, columns, rejected, warnings)
        self._rows = self._size = self._faults = 0
        self._parts = []
        return batch


def _between(block: ValidatedBlock, first: int, last: int) -> Mapping[int, Ints]:
    """Return the warnings of the valid rows from number `first` to before number `last`."""
    if not block.warnings or first == last:
        return {}
    low, high = block.lines[first], block.lines[last - 1]
    return {
        check: found
        for check, lines in block.warnings.items()
        if len(found := lines[(lines >= low) & (lines <= high)])
    }
