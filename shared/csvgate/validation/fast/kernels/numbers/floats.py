"""Parses FLOAT64 numbers of many digits, and those with an exponent."""

import math
from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.validation.fast.arrays import Mask, as_string, fixed_width_array
from csvgate.validation.fast.kernels.fixed_width import CellParser, uncleared
from csvgate.validation.fast.kernels.numbers.bounds import Bounds
from csvgate.validation.fast.kernels.numbers.columns import SCALE
from csvgate.validation.fast.words import Text

_NUMBER: Final = r"^-?[0-9]{1,24}(?:\.[0-9]{1,24})?(?:[eE][+-]?[0-9]{1,2})?$"
"""Numbers that are neither too large for FLOAT64 nor too near to zero. What the rules read beyond
these is left to them."""


class FloatParser:
    """Reads what another parser does not clear with Arrow, which rounds to the nearest FLOAT64, as
    the rules do."""

    def __init__(self, parser: CellParser, bounds: Bounds) -> None:
        """The bounds are in billionths."""
        self._parser: Final = parser
        self._least: Final = _beyond(bounds.least, math.inf)
        self._greatest: Final = _beyond(bounds.greatest, -math.inf)

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        values, cleared = self._parser.parse(text, missing)
        rows = uncleared(cleared, missing)
        if not len(rows):
            return values, cleared
        cells = as_string(text.select(rows).binary())
        fits = pc.match_substring_regex(cells, _NUMBER)
        rows = rows[fits.to_numpy(zero_copy_only=False)]
        found = cells.filter(fits).cast(pa.float64()).to_numpy()
        numbers = np.frombuffer(values.buffers()[1], np.float64).copy()
        numbers[rows] = found
        cleared[rows] = True
        if self._least is not None:
            cleared[rows] &= found > self._least
        if self._greatest is not None:
            cleared[rows] &= found < self._greatest
        return fixed_width_array(pa.float64(), numbers, missing), cleared


def _beyond(bound: int | None, towards: float) -> float | None:
    """Return a FLOAT64 next to the bound, on the side of the values that it allows: a value may be
    on the other side of the bound than the FLOAT64 that is nearest to the value."""
    if bound is None:
        return None
    return math.nextafter(float(Decimal(bound).scaleb(-SCALE)), towards)
