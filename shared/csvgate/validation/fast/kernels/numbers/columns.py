"""Makes the values of a column of numbers."""

from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.types.bigquery import BigQueryType
from csvgate.validation.fast.arrays import Ints, Ints32, Mask, fixed_width_array
from csvgate.validation.fast.words import TENS

SCALE: Final = 9
"""Digits after the point of NUMERIC, and of the scaled integers here."""
_DECIMAL: Final = pa.decimal128(38, SCALE)
_MAX_OF_FLOAT: Final = 15
"""Integers of this many digits and powers of ten are exact as FLOAT64, so that a division of them
rounds only once."""
_MAX_INTEGER_OF_FLOAT: Final = 2**53
_LOW: Final = np.uint64(2**32 - 1)
_HALF: Final = np.uint64(32)
_BILLION: Final = np.uint64(10**SCALE)


def integers_as(
    column: BigQueryType, values: Ints, missing: Mask | None, cleared: Mask
) -> "pa.Array":
    """Return the values (n,) for a column; sets `cleared` to false where it does not hold them."""
    match column.kind:
        case "INT64" | "STRING":
            return fixed_width_array(pa.int64(), values, missing)
        case "FLOAT64":
            cleared &= np.abs(values) <= _MAX_INTEGER_OF_FLOAT
            return fixed_width_array(pa.float64(), values.astype(np.float64), missing)
    whole = np.abs(values)
    require_digits(column, whole, cleared)
    return decimals_as(column, whole, np.zeros_like(whole), values < 0, missing)


def require_digits(column: BigQueryType, whole: Ints, cleared: Mask) -> None:
    """Set `cleared` to false where the column has too few digits before the point."""
    if column.integer_digits < len(TENS):
        cleared &= whole < TENS[column.integer_digits]


def decimals_as(
    column: BigQueryType, whole: Ints, billionths: Ints, negative: Mask, missing: Mask | None
) -> "pa.Array":
    """Return NUMERIC or BIGNUMERIC values of the numbers before the point (n,), and after it in
    billionths."""
    words = np.empty((len(whole), 2), np.int64)
    if whole.max(initial=0) < TENS[SCALE]:
        scaled = whole * TENS[SCALE]
        scaled += billionths
        if negative.any():
            scaled = np.where(negative, -scaled, scaled)
        words[:, 0] = scaled
        words[:, 1] = scaled >> 63
    else:
        _write_scaled(whole.view(np.uint64), billionths.view(np.uint64), negative, words)
    found = fixed_width_array(_DECIMAL, words, missing)
    return found.cast(pa.decimal256(76, 38)) if column.kind == "BIGNUMERIC" else found


def _write_scaled(
    whole: "np.ndarray", billionths: "np.ndarray", negative: Mask, words: Ints
) -> None:
    """Write the lower and the upper 64 bits of each number in billionths to `words` (n, 2)."""
    low = (whole & _LOW) * _BILLION
    high = (whole >> _HALF) * _BILLION
    upper = high >> _HALF
    high <<= _HALF
    for part in (high, billionths):
        low += part
        upper += low < part
    lower = np.where(negative, ~low + np.uint64(1), low)
    words[:, 0] = lower.view(np.int64)
    # The complement carries into the upper word only if the lower one is zero.
    words[:, 1] = np.where(negative, ~upper + (low == 0), upper).view(np.int64)


def floats_of(
    whole: Ints,
    billionths: Ints,
    after: Ints32,
    negative: Mask,
    missing: Mask | None,
    cleared: Mask,
) -> "pa.Array":
    """Return FLOAT64 values of numbers with `after` (n,) digits after the point; sets `cleared` to
    false where they have too many digits to be sure of the nearest FLOAT64."""
    cleared &= whole < TENS.take(_MAX_OF_FLOAT - after)
    powers = TENS.take(after)
    numbers = whole * powers
    numbers += billionths // TENS.take(SCALE - after)
    values = numbers / powers
    if negative.any():
        values = np.where(negative, -values, values)
    return fixed_width_array(pa.float64(), values, missing)
