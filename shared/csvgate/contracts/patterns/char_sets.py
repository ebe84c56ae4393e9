"""The characters that one element of a pattern can match: exact for ASCII, by category for the
rest.

A set is two bit masks: what it may match, and what it certainly matches. The first may be too
large, the second too small, so that both stay correct when a set is negated.
"""

from dataclasses import dataclass
from typing import Any, Final

_ASCII: Final = 128
_KINDS: Final = ("digit", "word", "space", "other")
_DIGIT, _WORD, _SPACE, _OTHER = (1 << (_ASCII + n) for n in range(len(_KINDS)))
_FOREIGN: Final = _DIGIT | _WORD | _SPACE | _OTHER
_ALL: Final = (1 << _ASCII) - 1 | _FOREIGN
_MOST_LOOKED_AT: Final = 512


def _ascii(test: Any) -> int:
    return sum(1 << n for n in range(_ASCII) if test(chr(n)))


_LETTERS: Final = _ascii(str.isalpha)
_FOLDED_ABROAD: Final = sum(1 << ord(c) for c in "sSkKiI")
"""The ASCII letters that equal a letter beyond ASCII when case is ignored: ſ, the Kelvin sign, ı,
İ."""


@dataclass(frozen=True, slots=True)
class CharSet:
    may: int
    must: int

    def __or__(self, other: "CharSet") -> "CharSet":
        return CharSet(self.may | other.may, self.must | other.must)

    def __invert__(self) -> "CharSet":
        return CharSet(_ALL & ~self.must, _ALL & ~self.may)

    def meets(self, other: "CharSet") -> bool:
        """Return whether some character may be in both sets."""
        return bool(self.may & other.may)

    def of_any_case(self) -> "CharSet":
        may = self.may
        letters = may & _LETTERS
        # Upper and lower case of an ASCII letter are 32 code points apart.
        may |= (letters << 32 | letters >> 32) & _LETTERS
        if may & _FOLDED_ABROAD:
            may |= _WORD
        if may & _WORD:
            may |= _FOLDED_ABROAD
        return CharSet(may, self.must)


NOTHING: Final = CharSet(0, 0)
ANYTHING: Final = CharSet(_ALL, _ALL)
_DIGITS: Final = CharSet(_ascii(str.isdecimal) | _DIGIT, _ascii(str.isdecimal))
_WORDS: Final = CharSet(
    _ascii(lambda c: c.isalnum() or c == "_") | _DIGIT | _WORD,
    _ascii(lambda c: c.isalnum() or c == "_"),
)
_SPACES: Final = CharSet(_ascii(str.isspace) | _SPACE, _ascii(str.isspace))


def category(name: str, *, ascii_only: bool) -> CharSet:
    """Return the set for one of the parser's names: CATEGORY_DIGIT, CATEGORY_NOT_SPACE, …"""
    kind = name.removeprefix("CATEGORY_").removeprefix("NOT_")
    found = {"DIGIT": _DIGITS, "WORD": _WORDS, "SPACE": _SPACES}[kind]
    if not ascii_only:
        # Every character of the category beyond ASCII is in the set.
        found = CharSet(found.may, found.may)
    return ~found if "NOT_" in name else found


def span(low: int, high: int) -> CharSet:
    """Return the code points from `low` to `high`, both included."""
    ascii_part = ((1 << min(high, _ASCII - 1) + 1) - 1) & ~((1 << low) - 1) if low < _ASCII else 0
    may = ascii_part
    if high >= _ASCII:
        first = max(low, _ASCII)
        if high - first < _MOST_LOOKED_AT:
            for code in range(first, high + 1):
                may |= _kind(chr(code))
        else:
            may |= _FOREIGN
    return CharSet(may, ascii_part)


def _kind(char: str) -> int:
    if char.isdecimal():
        return _DIGIT
    if char.isalnum():
        return _WORD
    return _SPACE if char.isspace() else _OTHER
