"""Strings that are their own values: any of them, or those of a length or a pattern."""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from csvgate.contracts.patterns.cost import text_limit
from csvgate.types.common.field_type import Field
from csvgate.validation.fast.blocks import SPARE
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column, as_text
from csvgate.validation.fast.kernels.fixed_pattern import Template, ranges
from csvgate.validation.fast.utf8 import damaged
from csvgate.validation.fast.words import Mask


class Test(NamedTuple):
    fits: Callable[[Slices], Mask]
    """Where cells are certain to fit, if they are text at all."""
    ascii_only: bool
    """And, where they fit, are text for certain."""
    length: int | None = None
    """That all have that fit, in bytes."""


_SAME_IN_RE2: Final = re.compile(
    r"(?:[A-Za-z0-9 _:/@#%&=,;'\"!<>~-]|\\[.+*?()\[\]{}|/^$-]|\[[A-Za-z0-9_.@:/-]+\]|\(\?:|[()|])"
    r"(?:(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})(?![*+?{]))?"
)
_SIMPLE: Final = {
    "email": r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]+",
    "uuid": r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
}
"""Part of what the formats take, of up to 60 characters."""
_MOST_OF_SIMPLE: Final = 60


class Strings:
    def __init__(self, tests: Sequence[Test], missing: frozenset[str], *, required: bool) -> None:
        self._tests: Final = tests
        self._ascii_only: Final = any(test.ascii_only for test in tests)
        lengths = [test.length for test in tests if test.length and test.ascii_only]
        self._length: Final = lengths[0] if lengths and lengths[0] <= SPARE else None
        self._missing: Final = [text.encode() for text in sorted(missing)]
        self._required: Final = required

    def clear(self, slices: Slices) -> Column:
        fine: Mask | None = None
        for test in self._tests:
            found = test.fits(slices)
            fine = found if fine is None else fine & found
        missing = self._where_missing(slices)
        if missing is not None:
            if self._required:
                fine = ~missing if fine is None else fine & ~missing
                missing = None
            elif fine is not None:
                fine |= missing
        if self._length and missing is None and not len(slices.doubled):
            return Column(as_text(slices.cut(self._length)), fine)
        no_text = None if self._ascii_only else damaged(slices.binary)
        if no_text is not None:
            fine = ~no_text if fine is None else fine & ~no_text
        return Column(as_text(slices.binary, missing), fine)

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
    """For a field of type string; `length` is that of its column. None when some of its rules have
    no test."""
    rules, found = field.constraints, list[Test]()
    most = [limit for limit in (rules.max_length, length) if limit is not None]
    if rules.min_length is not None or most:
        found.append(_within(rules.min_length or 0, min(most, default=None)))
    if field.format != "default":
        if field.format not in _SIMPLE:
            return None
        found += [_within(0, _MOST_OF_SIMPLE), _matching(_SIMPLE[field.format])]
    if rules.pattern is not None:
        if (limit := text_limit(rules.pattern)) is not None:
            found.append(_within(0, limit))
        if characters := ranges(rules.pattern):
            template = Template(characters)
            length = len(characters)
            found.append(
                Test(lambda cells: template.fits(cells.text), ascii_only=True, length=length)
            )
        elif _is_same_in_re2(rules.pattern):
            found.append(_matching(rules.pattern))
        else:
            return None
    return found


def _within(least: int, most: int | None) -> Test:
    def fits(cells: Slices) -> Mask:
        lengths = pc.utf8_length(as_text(cells.binary)).to_numpy()
        fine: Mask = lengths >= least
        return fine if most is None else fine & (lengths <= most)

    return Test(fits, ascii_only=False)


def _matching(pattern: str) -> Test:
    """A pattern of nothing but ASCII."""
    whole = rf"\A(?:{pattern})\z"

    def fits(cells: Slices) -> Mask:
        found = pc.match_substring_regex(as_text(cells.binary), whole)
        mask: Mask = found.to_numpy(zero_copy_only=False)
        return mask

    return Test(fits, ascii_only=True)


def _is_same_in_re2(pattern: str) -> bool:
    """Whether it has nothing but what means the same there as in Python."""
    at = 0
    while at < len(pattern):
        part = _SAME_IN_RE2.match(pattern, at)
        if not part:
            return False
        at = part.end()
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return False
    return True
