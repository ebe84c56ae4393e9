"""Patterns of a fixed number of characters, each of one range: ORD-[0-9]{8}."""

import re
from typing import Final

import numpy as np

from csvgate.validation.fast.words import MOST_HEADS, Mask, Text

_MOST: Final = 64
_PART: Final = re.compile(
    r"(?:\[(?P<low>[A-Za-z0-9])-(?P<high>[A-Za-z0-9])\]|\\(?P<plain>[.+*?()|/-])"
    r"|(?P<char>[A-Za-z0-9 _:/@#%&=,;'\"!<>~-]))(?:\{(?P<count>[0-9]{1,2})\})?"
)
_TOP: Final = np.uint64(0x8080808080808080)
_LOW: Final = np.uint64(0x7F7F7F7F7F7F7F7F)


def ranges(pattern: str) -> list[tuple[int, int]] | None:
    """For each character that the pattern has, the least and the greatest it can be; None for a
    pattern of any other kind."""
    found, at = list[tuple[int, int]](), 0
    while at < len(pattern):
        part = _PART.match(pattern, at)
        if not part:
            return None
        low = part["low"] or part["plain"] or part["char"]
        high = part["high"] or low
        if ord(low) > ord(high):
            return None
        found += [(ord(low), ord(high))] * int(part["count"] or 1)
        at = part.end()
    return found if 0 < len(found) <= _MOST else None


class Template:
    def __init__(self, characters: list[tuple[int, int]]) -> None:
        self._length: Final = len(characters)
        self._words: Final = [
            _bounds(characters[at : at + 8]) for at in range(0, len(characters), 8)
        ]

    def fits(self, text: Text) -> Mask:
        """Where a cell has that many characters and each is in its range."""
        fine: Mask = text.lengths == self._length
        heads = text.heads(min(len(self._words), MOST_HEADS))
        for number, (least, most, kept) in enumerate(self._words):
            if number < MOST_HEADS:
                words = heads[:, number]
            else:
                # Not beyond the cell's end: it may be the last of the data.
                words = text.words_at(text.starts + np.minimum(8 * number, text.lengths))
            high = words & _LOW
            below = (high | _TOP) - least
            high += most
            odd = ~below
            odd |= words
            odd |= high
            odd &= kept
            fine &= odd == 0
        return fine


def _bounds(characters: list[tuple[int, int]]) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Of eight characters: what to subtract, what to add, and which top bits tell."""

    def word(parts: list[int]) -> np.uint64:
        return np.uint64(int.from_bytes(bytes(parts), "little"))

    return (
        word([low for low, _ in characters]),
        word([0x7F - high for _, high in characters]),
        word([0x80 for _ in characters]),
    )
