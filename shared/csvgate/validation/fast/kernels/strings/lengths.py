"""Tests of `minLength` and `maxLength`, which count characters, by counting bytes."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.strings.cell_test import CellTest


def within(least: int, greatest: int | None) -> CellTest:
    """Return a test for texts of `least` to `greatest` characters. A character has one to four
    bytes, so for most texts the number of bytes is enough to decide."""

    def fits(cells: Slices) -> Mask:
        sizes = cells.lengths
        found: Mask = sizes >= least
        unsure = sizes <= 4 * (least - 1)
        if greatest is not None:
            found &= sizes <= 4 * greatest
            unsure |= sizes > greatest
        unsure &= found
        if not unsure.any():
            return found
        if cells.is_ascii:
            found[unsure] = sizes[unsure] <= greatest if greatest is not None else True
            return found
        indexes = np.flatnonzero(unsure)
        texts = as_string(cells.binary.take(pa.array(indexes)))
        counts = pc.utf8_length(texts).to_numpy()
        found[indexes] = counts >= least
        if greatest is not None:
            found[indexes] &= counts <= greatest
        return found

    return CellTest(fits, text_only=False)
