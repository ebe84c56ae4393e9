"""Tests of `minLength` and `maxLength`, which count characters, by counting bytes."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.cell_test import Test


def within(least: int, greatest: int | None) -> Test:
    """Return a test for texts of `least` to `greatest` characters. Most texts show by the number of
    their bytes that they have as many: a character has one to four."""

    def fits(cells: Slices) -> Mask:
        sizes = cells.text.lengths
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

    return Test(fits, text_only=False)
