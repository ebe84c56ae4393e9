"""Integers numbers of up to 16 digits."""

from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.kernels.bounds import Bounds
from csvgate.validation.fast.kernels.high_cardinality import fixed_width
from csvgate.validation.fast.words import Mask, Text, digits

_MINUS: Final = ord("-")


class Integers:
    """An optional minus, then digits, within bounds: for INT64."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds: Final = bounds

    def read(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        negative = text.bytes_at(text.starts) == _MINUS
        counts = text.lengths - negative
        values, fine = digits(text, text.starts + text.lengths, counts)
        if negative.any():
            values = np.where(negative, -values, values)
        self._bounds.keep(values, fine)
        return fixed_width(pa.int64(), values, missing), fine
