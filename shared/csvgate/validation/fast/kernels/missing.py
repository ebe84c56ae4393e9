"""Finds the cells that are missing values."""

from collections.abc import Collection
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.cell_slices import Slices


class MissingValues:
    def __init__(self, texts: Collection[str]) -> None:
        self._texts: Final = [text.encode() for text in sorted(texts)]
        self._longest: Final = max(map(len, self._texts), default=0)

    def where(self, cells: Slices) -> Mask | None:
        """(n,) True for cells that are one of the texts; None if none are."""
        if not self._texts:
            return None
        found: Mask = cells.lengths <= self._longest
        if not found.any():
            return None
        if self._longest:
            # Only cells that are short enough are looked up, which few are as a rule.
            indexes = np.flatnonzero(found)
            values = pa.array(self._texts, pa.binary())
            are_missing = pc.is_in(cells.binary.take(pa.array(indexes)), value_set=values)
            found[indexes] = are_missing.to_numpy(zero_copy_only=False)
        return found if found.any() else None
