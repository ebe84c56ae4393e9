"""Decides for each block of a column whether to learn its distinct cells or to read all cells.

Learning (`DistinctKernel`) costs a hash for each cell and the rules for each new text: little if
the texts repeat, much if they do not. Reading all cells (`FallbackKernel`) does not depend on that.
A sample shows which is cheaper. Samples are repeated as the file goes on: its contents may change,
and the first rows of a column that is sorted by value repeat more than the whole column does.
"""

from typing import Final

import numpy as np

from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.kernels.fallback import FallbackKernel
from csvgate.validation.fast.kernels.learning.distinct import DistinctKernel, Lookup

_SAMPLE: Final = 2048
"""The least number of cells in a sample, which are at equal distances."""
_SAMPLE_BYTES: Final = 1 << 16
"""About the most bytes of a sample, which limits the cells of a column of long texts."""
_MAX_PAUSE: Final = 16
"""The most blocks from one sample to the next. A sample takes about 0.1 ms, so that samples that
show nothing new cost less than 1% of the time of their blocks."""
_FIRST_TEXTS: Final = 4096
"""New texts that learning may read before the cells have repeated often enough to pay for them:
about 5 ms."""


class AdaptiveKernel:
    def __init__(
        self, distinct: DistinctKernel, fallback: FallbackKernel, worthwhile: float
    ) -> None:
        """`worthwhile` is the share of new texts among the cells up to which learning is cheaper
        than a kernel that clears all cells. It is negative if such a kernel is always cheaper."""
        self.fallback: Final = fallback
        self._distinct: Final = distinct
        self._worthwhile: Final = worthwhile
        self._learns = False
        self._credit = 0.0
        """The number of new texts that may still be read."""
        self._costly = 0
        """The blocks in which the new texts cost more than the kernel would have."""
        self._pause = 1
        """The number of blocks from the last sample to the next one."""
        self._waited = 0
        """The blocks since the last sample."""

    def clear(self, cells: Slices) -> Column:
        # Reading a cell that the kernel does not clear costs as much as learning a new text.
        share = self._worthwhile + self.fallback.read_share
        if share > 0 and (self._learns or self._is_due()):
            lookup = self._look_up(cells, share)
            if lookup is not None:
                return self._distinct.clear(cells, lookup)
        return self.fallback.clear(cells)

    def _is_due(self) -> bool:
        """Count a block; return whether a sample should be taken of it."""
        self._waited += 1
        if self._waited < self._pause:
            return False
        self._waited, self._pause = 0, min(2 * self._pause, _MAX_PAUSE)
        return True

    def _look_up(self, cells: Slices, share: float) -> Lookup | None:
        """Look the cells up; None if more of them are new than this share."""
        if not self._learns:
            size = int(cells.lengths.sum())
            step = max(1, len(cells) // _SAMPLE, size // _SAMPLE_BYTES)
            sample = self._distinct.look_up(cells.every(step))
            # A cell is as likely to be new as a cell of the sample is to be the only one with its
            # text (the estimate of Good and Turing).
            single = np.count_nonzero(np.bincount(sample.encoded.indices) == 1)
            if single > share * len(sample.codes):
                return None
            self._learns, self._credit, self._costly = True, float(_FIRST_TEXTS), 0
            lookup = sample if step == 1 else self._distinct.look_up(cells)
        else:
            lookup = self._distinct.look_up(cells)
        new = len(lookup.encoded.rows)
        # Savings are limited, so that a column that changes is noticed soon.
        self._credit = min(self._credit, _FIRST_TEXTS) + share * len(cells) - new
        if self.fallback.kernel:
            self._costly += new > max(0, self._worthwhile) * len(cells)
        if self._credit >= 0 and self._costly < _MAX_PAUSE:
            return lookup
        # Perhaps the kernel clears more cells by now.
        self._learns, self._pause, self._waited = False, max(2, self._pause), 0
        return None
