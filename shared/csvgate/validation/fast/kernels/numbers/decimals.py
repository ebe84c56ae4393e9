"""Parses decimal numbers."""

from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.types.bigquery import BigQueryType
from csvgate.validation.fast.arrays import Ints, Ints32, Mask
from csvgate.validation.fast.kernels.numbers.bounds import Bounds
from csvgate.validation.fast.kernels.numbers.columns import (
    SCALE,
    decimals_as,
    floats_of,
    integers_as,
    require_digits,
)
from csvgate.validation.fast.kernels.numbers.digits import signs
from csvgate.validation.fast.kernels.numbers.unsigned import UnsignedParser
from csvgate.validation.fast.words import TENS, Text


class DecimalParser:
    """Parses an optional sign and the number that `digits` reads, or a hundredth of it."""

    def __init__(
        self, column: BigQueryType, digits: UnsignedParser, bounds: Bounds, *, percent: bool = False
    ) -> None:
        """The bounds are in billionths."""
        self._column: Final = column
        self._digits: Final = digits
        self._bounds: Final = bounds
        self._percent: Final = percent

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        negative, signed = signs(text)
        number, cleared = self._digits.parse(text, signed)
        if self._percent:
            number = number.as_fraction(cleared)
        whole, billionths, after = number
        if self._bounds:
            self._require_bounds(whole, billionths, negative, cleared)
        match self._column.kind:
            case "FLOAT64":
                values = floats_of(whole, billionths, after, negative, missing, cleared)
            case "NUMERIC" | "BIGNUMERIC":
                require_digits(self._column, whole, cleared)
                self._require_scale(billionths, after, cleared)
                values = decimals_as(self._column, whole, billionths, negative, missing)
            case _:
                values = pa.nulls(len(whole))
        return values, cleared

    def _require_bounds(self, whole: Ints, billionths: Ints, negative: Mask, cleared: Mask) -> None:
        # More would not fit 64 bits.
        cleared &= whole < TENS[SCALE]
        scaled = whole * TENS[SCALE] + billionths
        self._bounds.apply(np.where(negative, -scaled, scaled), cleared)

    def _require_scale(self, billionths: Ints, after: Ints32, cleared: Mask) -> None:
        """Set `cleared` to false where the column has too few digits after the point."""
        kept = self._column.fraction_digits
        if kept < SCALE:
            # Additional digits are accepted if they are zeros.
            long = np.flatnonzero(after > kept)
            cleared[long] &= billionths[long] % TENS[SCALE - kept] == 0


class WholeDecimalParser:
    """Parses integers that may be written with a point and zeros after it."""

    def __init__(self, column: BigQueryType, digits: UnsignedParser, bounds: Bounds) -> None:
        self._column: Final = column
        self._digits: Final = digits
        self._bounds: Final = bounds

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        negative, signed = signs(text)
        (values, billionths, _), cleared = self._digits.parse(text, signed)
        cleared &= billionths == 0
        if negative.any():
            values = np.where(negative, -values, values)
        self._bounds.apply(values, cleared)
        return integers_as(self._column, values, missing, cleared), cleared
