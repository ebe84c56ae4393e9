"""Parses dates and timestamps in ISO 8601 by the position of their digits."""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.unique.column_hash import hash_words
from csvgate.unique.grouping import group_equal
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.arrays import Bytes, Ints, Ints32, Mask, Words, fixed_width_array
from csvgate.validation.fast.words import Text, parse_digits

_DAY: Final = 86_400
_SECOND: Final = 1_000_000
_FIRST: Final = int(np.datetime64("0001-01-01", "us").astype(np.int64))
_END: Final = int(np.datetime64("10000-01-01", "us").astype(np.int64))
_TENS: Final = 10 ** np.arange(8, dtype=np.int64)
_Z, _PLUS, _MINUS, _POINT = map(ord, "Z+-.")
_BEFORE_FRACTION: Final = 19
_FEW: Final = 1 / 16
"""The share of cells in another month than most, up to which these are parsed without encoding."""
_OFFSET_LENGTH: Final = 6
"""Characters of +02:00."""


class Shape(NamedTuple):
    """A pattern for eight characters: `0` stands for a digit, `?` for anything, and any other
    character for itself. The fields are masks for a word."""

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

    def pairs(self, words: Words, cleared: Mask) -> Bytes:
        """(n, 8) For each character the two-digit number that begins there. Sets `cleared` to false
        where a word has another shape."""
        values = words ^ self.zeros
        values &= self.known
        odd = values + self.sixes
        odd |= values
        odd &= self.odd
        cleared &= odd == 0
        pairs = values * _TEN
        pairs += values >> _EIGHT
        return pairs.view(np.uint8).reshape(-1, 8)


_TEN: Final = np.uint64(10)
_EIGHT: Final = np.uint64(8)
_24, _40, _48, _SIXTY = map(np.uint64, (24, 40, 48, 60))
_CLOCK_PAIRS: Final = np.uint64(0x00FF_0000_FF00_00FF)
"""The bytes in which `pairs` of 14:30:00 have the hours, minutes and seconds."""
_BEYOND_CLOCK: Final = np.uint64(128 - 24 | 128 - 60 << 24 | 128 - 60 << 48)
"""Added to these, it sets the top bit of each byte that is too large."""
_TOP_BITS: Final = np.uint64(0x0080_0000_8000_0080)
_HOURS_TO_MINUTES: Final = np.uint64(60 << 24 | 1)
_LOW_WORD: Final = np.uint64(0xFFFF)
_YEAR_MONTH: Final = Shape.of("0000-00-")
_DATE_END: Final = Shape.of("00??????")
_DAY_AND_T: Final = Shape.of("00T?????")
_CLOCK: Final = Shape.of("00:00:00")
_OFFSET: Final = Shape.of("???00:00")


class DateParser:
    """Parses 2026-11-21, for DATE."""

    def __init__(self, keyed: KeyedHash) -> None:
        self._keyed: Final = keyed

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        cleared = text.lengths == 10
        days = _days(text.first_words(2), _DATE_END, cleared, self._keyed)
        return fixed_width_array(pa.date32(), days.astype(np.int32), missing), cleared


class TimestampParser:
    """Parses 2026-11-21T14:30:00, optionally with a fraction; with a time zone for TIMESTAMP,
    without one for DATETIME."""

    def __init__(self, keyed: KeyedHash, *, zoned: bool) -> None:
        self._keyed: Final = keyed
        self._zoned: Final = zoned
        self._kind: Final = pa.timestamp("us", tz="UTC" if zoned else None)

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        cleared = text.lengths >= _BEFORE_FRACTION
        words = text.first_words(3)
        days = _days(words, _DAY_AND_T, cleared, self._keyed)
        # The time begins at the twelfth character.
        timestamps = _seconds(words[:, 1] >> _24 | words[:, 2] << _40, cleared)
        days *= _DAY
        timestamps += days
        zone = np.zeros_like(text.lengths)
        if self._zoned:
            is_z = text.bytes_at(text.starts + text.lengths - 1) == _Z
            zone += is_z
            offset = np.flatnonzero(~is_z)
            if len(offset):
                some, valid = text.select(offset), cleared[offset]
                timestamps[offset] -= _offsets(some, valid)
                zone[offset], cleared[offset] = _OFFSET_LENGTH, valid
        timestamps *= _SECOND
        after = text.lengths - zone - _BEFORE_FRACTION
        fractions = np.flatnonzero(cleared & (after != 0))
        if len(fractions):
            some, valid = text.select(fractions), np.ones(len(fractions), np.bool_)
            timestamps[fractions] += _fractions(some, zone[fractions], after[fractions], valid)
            cleared[fractions] = valid
        cleared &= (timestamps >= _FIRST) & (timestamps < _END)
        return fixed_width_array(self._kind, timestamps, missing), cleared


def _days(words: Words, end: Shape, cleared: Mask, keyed: KeyedHash) -> Ints:
    """Return the days since 1970 of cells with these first words (n, 2 or more). Sets `cleared` to
    false where the second word does not have the shape `end`, or the day does not exist."""
    before, lengths = _months_of(words[:, 0], keyed)
    day = end.pairs(words[:, 1], cleared)[:, 0]
    cleared &= (day >= 1) & (day <= lengths)
    before += day
    return before


def _months_of(words: Words, keyed: KeyedHash) -> tuple[Ints, Bytes]:
    """Return the same as `_months`, but parse each distinct word once: files have few months, and
    many have a single one."""
    if not len(words):
        return _months(words)
    usual = words[len(words) // 2]
    others = np.flatnonzero(words != usual)
    if len(others) > len(words) * _FEW:
        groups = group_equal(hash_words(words.reshape(-1, 1), keyed))
        before, lengths = _months(words.take(groups.firsts))
        return before.take(groups.indices), lengths.take(groups.indices)
    some_before, some_lengths = _months(np.append(words[others], usual))
    before, lengths = np.full(len(words), some_before[-1]), np.full(len(words), some_lengths[-1])
    before[others], lengths[others] = some_before[:-1], some_lengths[:-1]
    return before, lengths


def _seconds(words: Words, cleared: Mask) -> Ints:
    """Return the second of the day of words like 14:30:00. Sets `cleared` to false where a word is
    not a time of day."""
    pairs = _CLOCK.pairs(words, cleared).view(np.uint64).reshape(-1)
    pairs &= _CLOCK_PAIRS
    cleared &= (pairs + _BEYOND_CLOCK) & _TOP_BITS == 0
    seconds = pairs >> _48
    # From the bits of the minutes on, the word becomes hours * 60 + minutes.
    pairs *= _HOURS_TO_MINUTES
    pairs >>= _24
    pairs &= _LOW_WORD
    pairs *= _SIXTY
    pairs += seconds
    return pairs.view(np.int64)


def _months(words: Words) -> tuple[Ints, Bytes]:
    """For each word like 2026-11-, return the day before that month, since 1970, and the number of
    its days, which is zero if the word is not a month."""
    valid = np.ones(len(words), np.bool_)
    pairs = _YEAR_MONTH.pairs(words, valid)
    months = pairs[:, 0] * np.int64(1200) + pairs[:, 2] * np.int64(12) + pairs[:, 5] - 1
    valid &= (pairs[:, 5] >= 1) & (pairs[:, 5] <= 12) & (months >= 12)
    months[~valid] = 12
    starts, lengths = _calendar()
    return starts[months] - 1, (lengths[months] * valid).astype(np.uint8)


def _offsets(text: Text, valid: Mask) -> Ints:
    """Return the time zone offsets in seconds of cells that end like +02:00. Sets `valid` to false
    where a cell does not."""
    ends = text.starts + text.lengths
    pairs = _OFFSET.pairs(text.words_at(ends - 8), valid)
    hours, minutes = pairs[:, 3], pairs[:, 6]
    valid &= (hours < 24) & (minutes < 60)
    offset = hours * np.int64(3600) + minutes * np.int64(60)
    sign = text.bytes_at(ends - _OFFSET_LENGTH)
    minus = sign == _MINUS
    valid &= minus | (sign == _PLUS)
    return np.where(minus, -offset, offset)


def _fractions(text: Text, zone: Ints32, after: Ints32, valid: Mask) -> Ints:
    """Return the fractions in microseconds. `after` is the number of their characters, with the
    point. Sets `valid` to false where a cell has no such fraction."""
    counts = after - 1
    valid &= text.bytes_at(text.starts + _BEFORE_FRACTION) == _POINT
    value, are_digits = parse_digits(text, text.starts + text.lengths - zone, np.clip(counts, 0, 6))
    valid &= are_digits & (counts >= 1) & (counts <= 6)
    return value * _TENS[6 - np.clip(counts, 0, 6)]


@cache
def _calendar() -> tuple[Ints, Ints]:
    """(120,000,) For each month from the year 0: its first day since 1970, and its length."""
    months = np.arange("0000-01", "10000-02", dtype="datetime64[M]")
    starts = months.astype("datetime64[D]").astype(np.int64)
    return starts[:-1], np.diff(starts)
