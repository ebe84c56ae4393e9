"""Reads cells of one form, such as 21.11.2026 14:30, by the positions of their digits.

A form is written like a pattern of strptime, with only these directives: %Y, %y, %m, %d, %H, %I, %M
and %S, which are digits; %b and %p, which are letters; and %%. A minus (%-d) stands for one digit
instead of two.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from csvgate.validation.fast.arrays import Mask, Words
from csvgate.validation.fast.kernels.times import names
from csvgate.validation.fast.kernels.times.names import LETTERS
from csvgate.validation.fast.words import MAX_FIRST_WORDS, WORD, Text

_DIRECTIVE: Final = re.compile(r"%-?.|[^%]", re.DOTALL)
_WIDTHS: Final = {"Y": 4, **LETTERS}
_TO_ZERO: Final = bytes.maketrans(b"123456789", b"000000000")
_UNKNOWN: Final = "?"
_TEN: Final = np.uint64(10)
_BITS: Final = 8
_PIVOT: Final = 68
"""The last year of this century that has two digits; 69 is 1969."""

Fields = Mapping[str, Any]
"""(n,) each: the numbers of the cells by their directives; the year by Y and the hour by H, however
these are written. The years are int32, all others uint8."""


class _Part(NamedTuple):
    """A directive or a literal character of a form."""

    directive: str
    """Empty for a literal character."""
    start: int
    width: int
    text: str
    """The characters of the literal; otherwise `0` for a digit and `?` for a letter."""

    @property
    def end(self) -> int:
        return self.start + self.width


class Layout:
    def __init__(self, form: str) -> None:
        self._parts: Final = [*_parts(form)]
        self.width: Final = self._parts[-1].end
        """In bytes."""
        self.has_seconds: Final = any(part.directive == "S" for part in self._parts)
        self._words: Final = [*_words(self._parts)]
        self._count: Final = min(-(-self.width // WORD), MAX_FIRST_WORDS)

    def read(self, text: Text, cleared: Mask) -> Fields:
        """Return the numbers in cells that have at least `width` bytes; sets `cleared` to false
        where a cell begins in another form, or where letters or an hour of twelve are wrong."""
        words, found = text.first_words(self._count), dict[str, Any]()
        for each in self._words:
            each.read(words, cleared, found)
        if "Y" not in found and "y" in found:
            found["Y"] = np.where(found["y"] <= _PIVOT, np.int32(2000), np.int32(1900)) + found["y"]
        if "I" in found:
            found["H"] = names.hours_of_twelve(found["I"], found.get("p"), cleared)
        return found


def is_readable(form: str) -> bool:
    """Return whether cells of the form can be read: whether its literals are ASCII but not digits,
    and its letters are the usual English ones in the locale of the process."""
    parts = [*_parts(form)]
    found = {part.directive for part in parts}
    literals = "".join(part.text for part in parts if not part.directive)
    return (
        0 < parts[-1].end <= WORD * MAX_FIRST_WORDS
        and literals.isascii()
        and not any(char.isdigit() or char in "\0?" for char in literals)
        and all(names.are_usual(directive) for directive in found & set(LETTERS))
    )


def shape_of(form: str) -> bytes:
    """Return what `shape_of_cell` returns for cells of the form, except for their letters."""
    return "".join(part.text for part in _parts(form)).encode()


def shape_of_cell(cell: bytes) -> bytes:
    """Return the cell with all its digits replaced by `0`."""
    return cell.translate(_TO_ZERO)


def _parts(form: str) -> Iterator[_Part]:
    at = 0
    for text in _DIRECTIVE.findall(form):
        directive = text[-1] if len(text) > 1 and text != "%%" else ""
        width = 1 if not directive or text[1] == "-" else _WIDTHS.get(directive, 2)
        known = text[-1] if not directive else _UNKNOWN if directive in LETTERS else "0"
        yield _Part(directive, at, width, known * width)
        at += width


class _Place(NamedTuple):
    """Where a word has the digits or letters of a directive."""

    directive: str
    at: int
    """The byte of the word where it begins."""
    width: int


class _Word(NamedTuple):
    """Eight characters of a form. Its masks are for a word whose lowest byte is the first
    character."""

    offset: int
    """Where the word begins in the cell."""
    zeros: np.uint64
    """The characters, with 0 for each digit."""
    sixes: np.uint64
    """Six in the byte of each digit: added to a byte above 9, it sets a bit of the high half."""
    odd: np.uint64
    """The bits that are zero, after `zeros` and `sixes` were applied, where the form matches."""
    known: np.uint64
    """All ones in the bytes that are digits or literals."""
    places: Sequence[_Place]

    def read(self, words: Words, cleared: Mask, found: dict[str, Any]) -> None:
        """Add the numbers in the words (n, k) of cells to `found`; set `cleared` to false where the
        characters are others."""
        word = self._aligned(words)
        values = word ^ self.zeros
        values &= self.known
        odd = values + self.sixes
        odd |= values
        odd &= self.odd
        cleared &= odd == 0
        pairs = values * _TEN
        pairs += values >> np.uint64(_BITS)
        both = pairs.view(np.uint8).reshape(-1, WORD)
        single = values.view(np.uint8).reshape(-1, WORD)
        for directive, at, width in self.places:
            if directive in LETTERS:
                found[directive] = names.index_of_name(word, directive, at, cleared)
            elif directive == "Y":
                found["Y"] = both[:, at] * np.int32(100)
            elif directive == "Y2":
                found["Y"] += both[:, at]
            else:
                found[directive] = (single if width == 1 else both)[:, at]

    def _aligned(self, words: Words) -> Words:
        """(n,) Return the words that begin at the offset."""
        index, bits = self.offset // WORD, self.offset % WORD * _BITS
        if not bits:
            return words[:, index]
        found: Words = words[:, index] >> np.uint64(bits)
        if index + 1 < words.shape[1]:
            found |= words[:, index + 1] << np.uint64(64 - bits)
        return found


def _words(parts: Sequence[_Part]) -> Iterator[_Word]:
    """Yield words that together have all parts. A part is not divided between two of them, but a
    year of four digits may be."""
    halves = [*_halves(parts)]
    while halves:
        offset = halves[0].start
        inside = [part for part in halves if part.end <= offset + WORD]
        halves = halves[len(inside) :]
        text = "".join(part.text for part in inside).ljust(WORD, _UNKNOWN)
        yield _Word(
            offset,
            _word([0 if char == _UNKNOWN else ord(char) for char in text]),
            _word([6 if char == "0" else 0 for char in text]),
            _word([{"0": 0xF0, _UNKNOWN: 0}.get(char, 0xFF) for char in text]),
            _word([0 if char == _UNKNOWN else 0xFF for char in text]),
            [_Place(p.directive, p.start - offset, p.width) for p in inside if p.directive],
        )


def _halves(parts: Sequence[_Part]) -> Iterator[_Part]:
    for part in parts:
        if part.directive == "Y":
            yield _Part("Y", part.start, 2, "00")
            yield _Part("Y2", part.start + 2, 2, "00")
        else:
            yield part


def _word(parts: list[int]) -> np.uint64:
    return np.uint64(int.from_bytes(bytes(parts), "little"))
