"""Matches patterns such as ORD-[0-9]{8}: a fixed number of characters, each from a set."""

import re
from collections.abc import Sequence
from math import gcd
from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.words import WORD

_MAX_CHARACTERS: Final = 64
_MAX_SETS: Final = 8
"""The number of bits in a byte, one for each set."""
_RANGE: Final = r"[A-Za-z0-9]-[A-Za-z0-9]"
_SINGLE: Final = r"[A-Za-z0-9_.:/@#%&=+]"
_PART: Final = re.compile(
    rf"(?:\[(?P<set>(?:{_RANGE}|{_SINGLE})+-?)\]|\\(?P<escaped>[.+*?()|/-])"
    r"|(?P<char>[A-Za-z0-9 _:/@#%&=,;'\"!<>~-]))(?:\{(?P<count>0|[1-9][0-9]?)\})?"
)
"""RE2 takes a count with a leading zero literally."""
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
        self.length: Final = len(characters)
        """The number of characters, which is also that of bytes."""
        sets = sorted(set(characters), key=sorted)
        self._odd_in: Final = bytes(
            sum(1 << bit for bit, allowed in enumerate(sets) if byte not in allowed)
            for byte in range(256)
        )
        """For each byte, one bit for each of the sets that it is not in."""
        bits = bytes(1 << sets.index(allowed) for allowed in characters)
        cells = WORD // gcd(WORD, self.length)
        self._sets: Final = np.frombuffer(bits * cells, np.uint64)
        """For each character of as many cells as fill whole words, the bit of its set."""

    def fits(self, cells: Slices) -> Mask:
        """(n,) Whether each cell has that many characters, each of its set."""
        matches: Mask = cells.lengths == self.length
        prefixes = cells.prefixes(self.length)
        characters = prefixes.tobytes().translate(self._odd_in)
        size = self._sets.nbytes
        whole = characters.ljust(-(-len(characters) // size) * size, b"\0")
        odd = (np.frombuffer(whole, np.uint64).reshape(-1, len(self._sets)) & self._sets).ravel()
        words = np.flatnonzero(odd != 0)
        if len(words):
            which, places = np.nonzero(odd[words].view(np.uint8).reshape(-1, WORD))
            matches[(words[which] * WORD + places) // self.length] = False
        return matches
