"""Matches patterns of a fixed number of characters, each of a set, such as ORD-[0-9]{8}."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.words import WORD, Text, windows

_MAX_CHARACTERS: Final = 64
_MAX_SETS: Final = 8
"""The bits of a byte."""
_RANGE: Final = r"[A-Za-z0-9]-[A-Za-z0-9]"
_SINGLE: Final = r"[A-Za-z0-9_.:/@#%&=+]"
_PART: Final = re.compile(
    rf"(?:\[(?P<set>(?:{_RANGE}|{_SINGLE})+-?)\]|\\(?P<escaped>[.+*?()|/-])"
    r"|(?P<char>[A-Za-z0-9 _:/@#%&=,;'\"!<>~-]))(?:\{(?P<count>[0-9]{1,2})\})?"
)
_OF_SET: Final = re.compile(rf"{_RANGE}|.")


def character_sets(pattern: str) -> list[frozenset[int]] | None:
    """Return for each character of the pattern the set of the characters that fit, as numbers; None
    for other patterns."""
    found, at = list[frozenset[int]](), 0
    while at < len(pattern):
        part = _PART.match(pattern, at)
        if not part:
            return None
        allowed = _members(part["set"]) if part["set"] else {ord(part["escaped"] or part["char"])}
        if not allowed:
            return None
        found += [frozenset(allowed)] * int(part["count"] or 1)
        at = part.end()
    fits = 0 < len(found) <= _MAX_CHARACTERS and len(set(found)) <= _MAX_SETS
    return found if fits else None


def _members(written: str) -> set[int]:
    """Return the characters of a set; none if a range is reversed, which RE2 refuses."""
    found = set[int]()
    for each in _OF_SET.findall(written):
        if each[0] > each[-1]:
            return set()
        found.update(range(ord(each[0]), ord(each[-1]) + 1))
    return found


class FixedPattern:
    def __init__(self, characters: Sequence[frozenset[int]]) -> None:
        self._length: Final = len(characters)
        sets = sorted(set(characters), key=sorted)
        self._odd_in: Final = bytes(
            sum(1 << bit for bit, allowed in enumerate(sets) if byte not in allowed)
            for byte in range(256)
        )
        """For each byte, one bit for each of the sets that it is not in."""
        words = -(-self._length // WORD)
        bits = [1 << sets.index(allowed) for allowed in characters]
        padded = bytes(bits).ljust(words * WORD, b"\0")
        self._sets: Final = np.frombuffer(padded, np.uint64).copy()
        """(words,) For each character, the bit of its set."""

    def fits(self, text: Text) -> Mask:
        """(n,) Whether each cell has that many characters, each of its set."""
        size = len(self._sets) * WORD
        characters = windows(text.data, size, text.starts).tobytes().translate(self._odd_in)
        odd = np.frombuffer(characters, np.uint64).reshape(-1, len(self._sets)) & self._sets
        any_odd = odd[:, 0]
        for number in range(1, len(self._sets)):
            any_odd |= odd[:, number]
        matches: Mask = any_odd == 0
        matches &= text.lengths == self._length
        return matches
