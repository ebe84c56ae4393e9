"""Matches patterns of a fixed number of characters with one range each, such as ORD-[0-9]{8}."""

import re
from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.words import MAX_FIRST_WORDS, Text

_MAX_CHARACTERS: Final = 64
_PART: Final = re.compile(
    r"(?:\[(?P<low>[A-Za-z0-9])-(?P<high>[A-Za-z0-9])\]|\\(?P<escaped>[.+*?()|/-])"
    r"|(?P<char>[A-Za-z0-9 _:/@#%&=,;'\"!<>~-]))(?:\{(?P<count>[0-9]{1,2})\})?"
)
_TOP: Final = np.uint64(0x8080808080808080)
_LOW: Final = np.uint64(0x7F7F7F7F7F7F7F7F)


def character_ranges(pattern: str) -> list[tuple[int, int]] | None:
    """Return the first and the last of the range of each character; None for other patterns."""
    found, at = list[tuple[int, int]](), 0
    while at < len(pattern):
        part = _PART.match(pattern, at)
        if not part:
            return None
        low = part["low"] or part["escaped"] or part["char"]
        high = part["high"] or low
        if ord(low) > ord(high):
            return None
        found += [(ord(low), ord(high))] * int(part["count"] or 1)
        at = part.end()
    return found if 0 < len(found) <= _MAX_CHARACTERS else None


class FixedPattern:
    def __init__(self, characters: list[tuple[int, int]]) -> None:
        self._length: Final = len(characters)
        self._words: Final = [
            _bounds(characters[at : at + 8]) for at in range(0, len(characters), 8)
        ]

    def fits(self, text: Text) -> Mask:
        """(n,) Whether each cell has that many characters, each of them in its range."""
        matches: Mask = text.lengths == self._length
        first_words = text.first_words(min(len(self._words), MAX_FIRST_WORDS))
        for number, (least, to_top, kept) in enumerate(self._words):
            if number < MAX_FIRST_WORDS:
                words = first_words[:, number]
            else:
                # Do not start after the end of the cell, which may be the last of the data.
                words = text.words_at(text.starts + np.minimum(8 * number, text.lengths))
            high = words & _LOW
            below = (high | _TOP) - least
            high += to_top
            odd = ~below
            odd |= words
            odd |= high
            odd &= kept
            matches &= odd == 0
        return matches


def _bounds(characters: list[tuple[int, int]]) -> tuple[np.uint64, np.uint64, np.uint64]:
    """For up to eight characters: what to subtract from a byte and what to add to it so that its
    top bit shows whether it is below or above its range, and a mask of the top bits."""

    def word(parts: list[int]) -> np.uint64:
        return np.uint64(int.from_bytes(bytes(parts), "little"))

    return (
        word([low for low, _ in characters]),
        word([0x7F - high for _, high in characters]),
        word([0x80 for _ in characters]),
    )
