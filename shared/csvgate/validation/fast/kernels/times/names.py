"""Reads the names of months, and AM and PM, by the locale of the process, as strptime does."""

import calendar
import time
from functools import cache
from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Bytes, Mask, Words

LETTERS: Final = {"b": 3, "p": 2}
"""The directives for names, and the usual number of letters in such a name."""
_COUNTS: Final = {"b": 12, "p": 2}
_BITS: Final = 8
_LOWER_CASE: Final = 0x2020202020202020
_NOON: Final = 12


def are_usual(directive: str) -> bool:
    """Return whether all names of a directive have the usual number of letters, in ASCII."""
    return len(_names(directive)) == _COUNTS[directive]


def index_of_name(words: Words, directive: str, at: int, cleared: Mask) -> Bytes:
    """(n,) Return the number of the name at byte `at` of the words, in any case: 1 to 12 for a
    month, 0 or 1 for a half of the day. Sets `cleared` to false where there is no name."""
    kept = np.uint64((1 << _BITS * LETTERS[directive]) - 1)
    letters = (words >> np.uint64(at * _BITS) | np.uint64(_LOWER_CASE)) & kept
    names = _names(directive)
    known = np.array(sorted(names), np.uint64)
    index = np.searchsorted(known, letters).astype(np.uint8)
    cleared &= known.take(index, mode="clip") == letters
    numbers = np.array([names[int(name)] for name in known], np.uint8)
    return numbers.take(index, mode="clip")


def hours_of_twelve(hours: Bytes, halves: Bytes | None, cleared: Mask) -> Bytes:
    """Return the hours from 0 to 23 of hours from 1 to 12 before or, where `halves` is 1, after
    noon."""
    cleared &= (hours >= 1) & (hours <= _NOON)
    found = np.where(hours == _NOON, np.uint8(0), hours)
    if halves is not None:
        found = found + halves * np.uint8(_NOON)
    return found.astype(np.uint8)


@cache
def _names(directive: str) -> dict[int, int]:
    """Return the numbers of the names that have the usual length, by their letters in lower case as
    a word."""
    if directive == "b":
        names = {calendar.month_abbr[number].lower(): number for number in range(1, 13)}
    else:
        hours = (time.struct_time((1999, 3, 17, hour, 44, 55, 2, 76, 0)) for hour in (1, 22))
        names = {time.strftime("%p", hour).lower(): half for half, hour in enumerate(hours)}
    return {
        int.from_bytes(name.encode(), "little"): number
        for name, number in names.items()
        if len(name) == LETTERS[directive] and name.isascii() and name.isalpha()
    }
