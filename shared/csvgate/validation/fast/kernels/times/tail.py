"""Reads what follows the seconds of a time: a fraction, and the time zone."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Ints, Ints32, Mask
from csvgate.validation.fast.words import TENS, Text, parse_digits

_Z, _PLUS, _MINUS, _POINT, _SPACE, _COLON = map(ord, "Z+-. :")
_WITH_COLON: Final = 6
"""Characters of +02:00."""
_WITHOUT_COLON: Final = 5
"""Characters of +0200."""
_HOURS: Final = 3
"""Characters of +02."""
_ALL_OFFSETS: Final = (_WITH_COLON, _WITHOUT_COLON, _HOURS)
_NAMES: Final = (b"UTC", b"GMT")
_NAME: Final = 3
"""Characters of such a name."""
_DIGITS: Final = 6
"""Digits of a fraction in microseconds, the finest that BigQuery stores."""
_SECOND: Final = 1_000_000


class Presence(Enum):
    """Whether a part of the tail may or must be there."""

    NEVER = auto()
    OPTIONAL = auto()
    ALWAYS = auto()


@dataclass(frozen=True, slots=True)
class Tail:
    """What may follow the last directive of a form."""

    fraction: Presence
    """An optional fraction begins with a point. A fraction that is always there does not: the form
    before it ends with the point."""
    zone: Presence
    short_offsets: bool = False
    """True if +0200 and +02 are time zones too."""
    as_any: bool = False
    """True if a space may precede the time zone, and UTC and GMT are time zones too."""

    @property
    def is_empty(self) -> bool:
        """True if nothing may follow."""
        return self.fraction is self.zone is Presence.NEVER

    def read(self, text: Text, width: int, cleared: Mask, *, has_seconds: bool) -> Ints:
        """(n,) Return the microseconds to add: the fraction, less the offset from UTC. `width` is
        the number of bytes before the tail; if these do not have the seconds, no fraction is
        optional. Sets `cleared` to false where the tail is another."""
        added = np.zeros(len(text.lengths), np.int64)
        after = text.lengths - np.int32(width)
        if self.zone is not Presence.NEVER:
            after -= self._read_zones(text, after, added, cleared)
        if self.fraction is Presence.NEVER or (
            self.fraction is Presence.OPTIONAL and not has_seconds
        ):
            cleared &= after == 0
            return added
        is_given = after != 0 if self.fraction is Presence.OPTIONAL else True
        rows = np.flatnonzero(cleared & is_given)
        if len(rows):
            some, valid = text.select(rows), np.ones(len(rows), np.bool_)
            added[rows] += self._fractions(some, width, after[rows], valid)
            cleared[rows] = valid
        return added

    def _read_zones(self, text: Text, after: Ints32, added: Ints, cleared: Mask) -> Ints32:
        """(n,) Return the length of each time zone, and subtract its offset from `added`."""
        ends = text.starts + text.lengths
        is_z = text.bytes_at(ends - 1) == _Z
        is_z &= after > 0
        lengths: Ints32 = is_z.astype(np.int32)
        others = np.flatnonzero(cleared & ~is_z)
        if len(others):
            some, found = text.select(others), np.zeros(len(others), np.bool_)
            some_lengths = np.zeros(len(others), np.int32)
            offsets = np.zeros(len(others), np.int64)
            for length in _ALL_OFFSETS if self.short_offsets else (_WITH_COLON,):
                rows = np.flatnonzero(~found & (after[others] >= length))
                if len(rows):
                    valid = np.ones(len(rows), np.bool_)
                    offsets[rows] = _offsets(some.select(rows), length, valid)
                    some_lengths[rows], found[rows] = length * valid, valid
            if self.as_any:
                rows = np.flatnonzero(~found & (after[others] >= _NAME))
                named = rows[_are_names(some.select(rows))]
                found[named], some_lengths[named], offsets[named] = True, _NAME, 0
            added[others] -= np.where(found, offsets, 0) * _SECOND
            lengths[others] = some_lengths
            if self.zone is Presence.ALWAYS:
                cleared[others] = found
        if self.as_any:
            is_space = (lengths > 0) & (lengths < after)
            is_space &= text.bytes_at(ends - 1 - lengths) == _SPACE
            lengths += is_space
        return lengths

    def _fractions(self, text: Text, width: int, after: Ints32, valid: Mask) -> Ints:
        """Return the fractions in microseconds. `after` is the number of their characters, with the
        point where it is optional. Sets `valid` to false where a cell has no such fraction."""
        point = int(self.fraction is Presence.OPTIONAL)
        counts = after - np.int32(point)
        if point:
            valid &= text.bytes_at(text.starts + width) == _POINT
        kept = np.clip(counts, 0, _DIGITS)
        value, are_digits = parse_digits(text, text.starts + (width + point) + kept, kept)
        valid &= are_digits & (counts >= 1) & (counts <= _DIGITS)
        value *= TENS.take(_DIGITS - kept)
        return value


def _are_names(text: Text) -> Mask:
    """(n,) Return whether each cell ends with the name of UTC. It has that many characters."""
    at = text.starts + text.lengths - _NAME
    found = np.zeros(len(at), np.bool_)
    for name in _NAMES:
        is_name = np.ones(len(at), np.bool_)
        for offset, letter in enumerate(name):
            is_name &= text.bytes_at(at + offset) == letter
        found |= is_name
    return found


def _offsets(text: Text, length: int, valid: Mask) -> Ints:
    """Return the offsets from UTC in seconds of cells that end like +02:00, +0200 or +02, by that
    length. Sets `valid` to false where a cell does not."""
    ends = text.starts + text.lengths
    two = np.full(len(ends), 2, np.int32)
    at = ends - length
    hours, are_hours = parse_digits(text, at + 3, two)
    minutes = np.zeros_like(hours)
    valid &= are_hours & (hours < 24)
    if length != _HOURS:
        minutes, are_minutes = parse_digits(text, ends, two)
        valid &= are_minutes & (minutes < 60)
    if length == _WITH_COLON:
        valid &= text.bytes_at(at + 3) == _COLON
    sign = text.bytes_at(at)
    minus = sign == _MINUS
    valid &= minus | (sign == _PLUS)
    offset = hours * 3600 + minutes * 60
    return np.where(minus, -offset, offset)
