"""Clears string columns, whose cells are their values: checks lengths, formats and patterns."""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from csvgate.contracts.pattern import anchored
from csvgate.types.common.field_type import Field
from csvgate.types.common.string_formats import UUID
from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.blocks import SPARE
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.kernels.fixed_pattern import FixedPattern, character_ranges
from csvgate.validation.fast.kernels.utf8 import not_text


class Test(NamedTuple):
    """One rule about the cells of a column."""

    fits: Callable[[Slices], Mask]
    """Returns a mask of the cells that certainly keep the rule, provided they are valid text."""
    ascii_only: bool
    """True if only ASCII without NUL fits, which is certainly valid text."""
    length: int | None = None
    """The length in bytes, if all cells that fit have the same."""


_ASCII_ONLY: Final = re.compile(
    r"(?:[A-Za-z0-9 _:/@#%&=,;'\"!<>~-]|\\[.+*?()\[\]{}|/^$dws-]|\[(?:[A-Za-z0-9_.@:/-]|\\[dws])+\]"
    r"|\(\?:|[()|])(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?"
)
"""A part of a pattern that matches ASCII without NUL only."""
_SIMPLE: Final = {
    "email": r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]+",
    "uuid": UUID,
}
"""Patterns for a part of what the formats accept, in up to 60 characters."""
_MAX_OF_SIMPLE: Final = 60


class StringKernel:
    def __init__(self, tests: Sequence[Test], missing: frozenset[str], *, required: bool) -> None:
        self._tests: Final = tests
        self._ascii_only: Final = any(test.ascii_only for test in tests)
        lengths = [test.length for test in tests if test.length and test.ascii_only]
        self._length: Final = lengths[0] if lengths and lengths[0] <= SPARE else None
        self._missing: Final = [text.encode() for text in sorted(missing)]
        self._required: Final = required

    def clear(self, slices: Slices) -> Column:
        cleared: Mask | None = None
        for test in self._tests:
            fits = test.fits(slices)
            cleared = fits if cleared is None else cleared & fits
        missing = self._where_missing(slices)
        if missing is not None:
            if self._required:
                cleared = ~missing if cleared is None else cleared & ~missing
                missing = None
            elif cleared is not None:
                cleared |= missing
        if self._length and missing is None and not len(slices.doubled):
            return Column(as_string(slices.prefixes(self._length)), cleared)
        invalid = None if self._ascii_only else not_text(slices.binary)
        if invalid is not None:
            cleared = ~invalid if cleared is None else cleared & ~invalid
        return Column(as_string(slices.binary, missing), cleared, are_texts=True)

    def _where_missing(self, cells: Slices) -> Mask | None:
        if not self._missing:
            return None
        if self._missing == [b""]:
            found = cells.text.lengths == 0
        else:
            values = pa.array(self._missing, pa.binary())
            found = pc.is_in(cells.binary, value_set=values).to_numpy(zero_copy_only=False)
        return found if found.any() else None


def tests_of(field: Field, length: int | None) -> list[Test] | None:
    """Return the tests for a field of type string whose column has that maximum length; None if one
    of its rules cannot be tested here."""
    rules, found = field.constraints, list[Test]()
    maxima = [limit for limit in (rules.max_length, length) if limit is not None]
    if rules.min_length is not None or maxima:
        found.append(_within(rules.min_length or 0, min(maxima, default=None)))
    if field.format != "default":
        if field.format not in _SIMPLE:
            return None
        simple = matching(_SIMPLE[field.format], ascii_only=True)
        found += [_within(0, _MAX_OF_SIMPLE), simple]
    if rules.pattern is not None:
        if characters := character_ranges(rules.pattern):
            fixed = FixedPattern(characters)
            length = len(characters)
            found.append(Test(lambda cells: fixed.fits(cells.text), ascii_only=True, length=length))
        elif _is_readable(rules.pattern):
            ascii_only = _is_ascii_only(rules.pattern)
            found.append(matching(rules.pattern, ascii_only=ascii_only))
        else:
            return None
    return found


def _within(least: int, greatest: int | None) -> Test:
    def test(cells: Slices) -> Mask:
        lengths = pc.utf8_length(as_string(cells.binary)).to_numpy()
        fits: Mask = lengths >= least
        return fits if greatest is None else fits & (lengths <= greatest)

    return Test(test, ascii_only=False)


def matching(pattern: str, *, ascii_only: bool) -> Test:
    """Return a test for a pattern, which `ascii_only` says to match ASCII without NUL only."""
    regex = anchored(pattern)

    def fits(cells: Slices) -> Mask:
        found = pc.match_substring_regex(as_string(cells.binary), regex)
        mask: Mask = found.to_numpy(zero_copy_only=False)
        return mask

    return Test(fits, ascii_only=ascii_only)


def _is_readable(pattern: str) -> bool:
    """Return whether the RE2 in pyarrow, which may be older than the other, knows the syntax."""
    try:
        pc.match_substring_regex(pa.array([""]), anchored(pattern))
    except pa.ArrowInvalid:
        return False
    return True


def _is_ascii_only(pattern: str) -> bool:
    at = 0
    while part := _ASCII_ONLY.match(pattern, at):
        at = part.end()
    return at == len(pattern)
