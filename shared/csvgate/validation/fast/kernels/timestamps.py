"""Dates and times in ISO 8601, read by the position of their digits."""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.validation.fast.kernels.high_cardinality import fixed_width
from csvgate.validation.fast.words import Ints, Mask, Places, Text, Words, digits

_DAY: Final = 86_400
_SECOND: Final = 1_000_000
_FIRST: Final = int(np.datetime64("0001-01-01", "us").astype(np.int64))
_END: Final = int(np.datetime64("10000-01-01", "us").astype(np.int64))
_TENS: Final = 10 ** np.arange(8, dtype=np.int64)
_Z, _PLUS, _MINUS, _POINT = map(ord, "Z+-.")
_BEFORE_FRACTION: Final = 19
_FEW: Final = 1 / 16
"""Share of cells that are of another month than most, below which each is looked at."""
_ZONE: Final = 6
"""Characters of +02:00."""


class Shape(NamedTuple):
    """Eight characters: digits where it says 0, the character itself where it says another, and
    anything where it says ?."""

    zeros: np.uint64
    sixes: np.uint64
    odd: np.uint64
    known: np.uint64

    @staticmethod
    def of(text: str) -> "Shape":
        def word(parts: list[int]) -> np.uint64:
            return np.uint64(int.from_bytes(bytes(parts), "little"))

        return Shape(
            word([0 if char == "?" else ord(char) for char in text]),
            word([6 if char == "0" else 0 for char in text]),
            word([{"0": 0xF0, "?": 0}.get(char, 0xFF) for char in text]),
            word([0 if char == "?" else 0xFF for char in text]),
        )

    def pairs(self, words: Words, fine: Mask) -> npt.NDArray[np.uint8]:
        """(n, 8): at each place the number that its digit and the next one make. Makes `fine` false
        where a word has another shape."""
        values = words ^ self.zeros
        values &= self.known
        odd = values + self.sixes
        odd |= values
        odd &= self.odd
        fine &= odd == 0
        pairs = values * _TEN
        pairs += values >> _EIGHT
        return pairs.view(np.uint8).reshape(-1, 8)


_TEN: Final = np.uint64(10)
_EIGHT: Final = np.uint64(8)
_24, _40, _48, _SIXTY = map(np.uint64, (24, 40, 48, 60))
_CLOCK_PAIRS: Final = np.uint64(0x00FF_0000_FF00_00FF)
"""The bytes of 14:30:00 that have hours, minutes and seconds, once they are pairs."""
_BEYOND_CLOCK: Final = np.uint64(128 - 24 | 128 - 60 << 24 | 128 - 60 << 48)
"""Plus these: a top bit in each that is too large."""
_TOP_BITS: Final = np.uint64(0x0080_0000_8000_0080)
_HOURS_TO_MINUTES: Final = np.uint64(60 << 24 | 1)
_LOW_WORD: Final = np.uint64(0xFFFF)
_YEAR_MONTH: Final = Shape.of("0000-00-")
_DATE_END: Final = Shape.of("00??????")
_DAY_AND_T: Final = Shape.of("00T?????")
_CLOCK: Final = Shape.of("00:00:00")
_OFFSET: Final = Shape.of("???00:00")


class Dates:
    """2026-11-21, for DATE."""

    def read(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        fine = text.lengths == 10
        days = _days(text.heads(2), _DATE_END, fine)
        return fixed_width(pa.date32(), days.astype(np.int32), missing), fine


class Timestamps:
    """2026-11-21T14:30:00, perhaps with a fraction; with a zone for TIMESTAMP, without one for
    DATETIME."""

    def __init__(self, *, zoned: bool) -> None:
        self._zoned: Final = zoned
        self._kind: Final = pa.timestamp("us", tz="UTC" if zoned else None)

    def read(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        fine = text.lengths >= _BEFORE_FRACTION
        heads = text.heads(3)
        days = _days(heads, _DAY_AND_T, fine)
        # From the eleventh character on.
        moments = _seconds(heads[:, 1] >> _24 | heads[:, 2] << _40, fine)
        days *= _DAY
        moments += days
        zone = np.zeros_like(text.lengths)
        if self._zoned:
            is_z = text.bytes_at(text.starts + text.lengths - 1) == _Z
            zone += is_z
            offset = np.flatnonzero(~is_z)
            if len(offset):
                some, well = text.some(offset), fine[offset]
                moments[offset] -= _offsets(some, well)
                zone[offset], fine[offset] = _ZONE, well
        moments *= _SECOND
        after = text.lengths - zone - _BEFORE_FRACTION
        fractions = np.flatnonzero(fine & (after != 0))
        if len(fractions):
            some, well = text.some(fractions), np.ones(len(fractions), np.bool_)
            moments[fractions] += _fractions(some, zone[fractions], after[fractions], well)
            fine[fractions] = well
        fine &= (moments >= _FIRST) & (moments < _END)
        return fixed_width(self._kind, moments, missing), fine


def _days(heads: Words, end: Shape, fine: Mask) -> Ints:
    """Since 1970, of cells with these first words (n, 2 at least). Makes `fine` false where a cell
    does not begin with a day of the calendar and `end`."""
    before, lengths = _months_of(heads[:, 0])
    day = end.pairs(heads[:, 1], fine)[:, 0]
    fine &= (day >= 1) & (day <= lengths)
    before += day
    return before


def _months_of(words: Words) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """`_months` of words of which few differ: files have few months, and many have one."""
    if not len(words):
        return _months(words)
    usual = words[len(words) // 2]
    others = np.flatnonzero(words != usual)
    if len(others) > len(words) * _FEW:
        encoded = pa.array(np.ascontiguousarray(words)).dictionary_encode()
        before, lengths = _months(encoded.dictionary.to_numpy())
        codes = encoded.indices.to_numpy()
        return before.take(codes), lengths.take(codes)
    some_before, some_lengths = _months(np.append(words[others], usual))
    before, lengths = np.full(len(words), some_before[-1]), np.full(len(words), some_lengths[-1])
    before[others], lengths[others] = some_before[:-1], some_lengths[:-1]
    return before, lengths


def _seconds(words: Words, fine: Mask) -> Ints:
    """Of the day, of words such as 14:30:00. Makes `fine` false where they are no time."""
    pairs = _CLOCK.pairs(words, fine).view(np.uint64).reshape(-1)
    pairs &= _CLOCK_PAIRS
    fine &= (pairs + _BEYOND_CLOCK) & _TOP_BITS == 0
    seconds = pairs >> _48
    # Hours and minutes where the minutes are.
    pairs *= _HOURS_TO_MINUTES
    pairs >>= _24
    pairs &= _LOW_WORD
    pairs *= _SIXTY
    pairs += seconds
    return pairs.view(np.int64)


def _months(words: Words) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Of each word, if it is a month as in 2026-11-: the day before it, since 1970, and its number
    of days; zero if it is none."""
    fine = np.ones(len(words), np.bool_)
    pairs = _YEAR_MONTH.pairs(words, fine)
    months = pairs[:, 0] * np.int64(1200) + pairs[:, 2] * np.int64(12) + pairs[:, 5] - 1
    fine &= (pairs[:, 5] >= 1) & (pairs[:, 5] <= 12) & (months >= 12)
    months[~fine] = 12
    starts, lengths = _calendar()
    return starts[months] - 1, (lengths[months] * fine).astype(np.uint8)


def _offsets(text: Text, well: Mask) -> Ints:
    """In seconds, of cells that end with +02:00; makes `well` false where they do not."""
    ends = text.starts + text.lengths
    pairs = _OFFSET.pairs(text.words_at(ends - 8), well)
    hours, minutes = pairs[:, 3], pairs[:, 6]
    well &= (hours < 24) & (minutes < 60)
    offset = hours * np.int64(3600) + minutes * np.int64(60)
    sign = text.bytes_at(ends - _ZONE)
    minus = sign == _MINUS
    well &= minus | (sign == _PLUS)
    return np.where(minus, -offset, offset)


def _fractions(text: Text, zone: Places, after: Places, well: Mask) -> Ints:
    """In microseconds; `after` is how many characters they have, with the point."""
    counts = after - 1
    well &= text.bytes_at(text.starts + _BEFORE_FRACTION) == _POINT
    value, fine = digits(text, text.starts + text.lengths - zone, np.clip(counts, 0, 6))
    well &= fine & (counts >= 1) & (counts <= 6)
    return value * _TENS[6 - np.clip(counts, 0, 6)]


@cache
def _calendar() -> tuple[Ints, Ints]:
    """(120,000) Of each month from the year 0: its first day since 1970, its number of days."""
    months = np.arange("0000-01", "10000-02", dtype="datetime64[M]")
    starts = months.astype("datetime64[D]").astype(np.int64)
    return starts[:-1], np.diff(starts)
