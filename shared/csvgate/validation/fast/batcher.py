"""Batches out of judged blocks, cut where the rule path cuts them."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.csv.header import Header
from csvgate.validation.batch import Batch, Limits, RejectedRow
from csvgate.validation.fast.judge import Judged
from csvgate.validation.fast.kernels.column import joined


class Batcher:
    def __init__(self, header: Header, limits: Limits) -> None:
        self._header: Final = header
        self._limits: Final = limits
        self._rows = self._size = self._faults = 0
        self._parts: list[Judged] = []

    def add(self, block: Judged) -> Iterator[Batch]:
        """The batches that are complete with this block."""
        limits, total = self._limits, len(block.sizes)
        size, faults = int(block.sizes.sum()), int(block.faults.sum())
        more = Limits(self._size + size, self._rows + total, self._faults + faults)
        if more.size < limits.size and more.rows < limits.rows and more.faults < limits.faults:
            self._take(block, 0, total, 0, len(block.lines))
            self._size, self._faults = more.size, more.faults
            return
        yield from self._cut(block)

    def _cut(self, block: Judged) -> Iterator[Batch]:
        limits = self._limits
        sizes, faults = np.cumsum(block.sizes), np.cumsum(block.faults)
        valid = np.cumsum(block.faults == 0)
        at, total = 0, len(sizes)
        while at < total:
            # The first row with which the batch has enough of something.
            size_before = sizes[at - 1] if at else 0
            faults_before = faults[at - 1] if at else 0
            end = 1 + min(
                int(np.searchsorted(sizes, size_before + limits.size - self._size)),
                int(np.searchsorted(faults, faults_before + limits.faults - self._faults)),
                at + limits.rows - self._rows - 1,
                total,
            )
            full = end <= total
            end = min(end, total)
            self._take(block, at, end, int(valid[at - 1]) if at else 0, int(valid[end - 1]))
            self._size += int(sizes[end - 1] - size_before)
            self._faults += int(faults[end - 1] - faults_before)
            at = end
            if full:
                yield self._batch()

    def rest(self) -> Iterator[Batch]:
        """The last batch, if there are rows for it."""
        if self._rows:
            yield self._batch()

    def _take(self, block: Judged, start: int, end: int, first: int, last: int) -> None:
        """Rows from `start` to `end`, of which the valid ones are those from `first` to `last`."""
        rejected = block.rejected[start - first : end - last]
        columns = [column.slice(first, last - first) for column in block.columns]
        part = Judged(block.sizes[:0], block.faults[:0], block.lines[first:last], columns, rejected)
        self._parts.append(part)
        self._rows += end - start

    def _batch(self) -> Batch:
        lines = pa.array(np.concatenate([part.lines for part in self._parts]), pa.int64())
        columns = [
            joined(pieces) for pieces in zip(*(part.columns for part in self._parts), strict=True)
        ]
        rejected: list[RejectedRow] = [row for part in self._parts for row in part.rejected]
        batch = Batch(self._header, self._rows, lines, columns, rejected)
        self._rows = self._size = self._faults = 0
        self._parts = []
        return batch
