"""Parses integers."""

from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.types.bigquery import BigQueryType
from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.kernels.numbers.bounds import Bounds
from csvgate.validation.fast.kernels.numbers.columns import integers_as
from csvgate.validation.fast.kernels.numbers.digits import parse_whole, signs
from csvgate.validation.fast.words import Text


class IntegerParser:
    """Parses an optional sign and up to 19 digits, perhaps in groups of three after `group`."""

    def __init__(self, column: BigQueryType, group: str | None, bounds: Bounds) -> None:
        self._column: Final = column
        self._group: Final = None if group is None else ord(group)
        self._bounds: Final = bounds

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        negative, signed = signs(text)
        counts = text.lengths - signed
        values, cleared = parse_whole(text, text.starts + text.lengths, counts, self._group)
        if negative.any():
            values = np.where(negative, -values, values)
        self._bounds.apply(values, cleared)
        return integers_as(self._column, values, missing, cleared), cleared
