"""A rule about the cells of a string column, checked for all of them at once."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from csvgate.contracts.pattern import anchored
from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.cell_slices import Slices

_ASCII_ONLY: Final = re.compile(
    r"(?:[A-Za-z0-9 _:/@#%&=,;'\"!<>~-]|\\[.+*?()\[\]{}|/^$dws-]|\[(?:[A-Za-z0-9_.@:/-]|\\[dws])+\]"
    r"|\(\?:|\((?!\?)|[)|])(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?"
)
"""A part of a pattern that matches ASCII without NUL only."""


class CellTest(NamedTuple):
    """One rule about the cells of a column, as a bulk operation."""

    fits: Callable[[Slices], Mask]
    """Returns a mask of the cells that certainly keep the rule, provided they are valid text."""
    text_only: bool
    """True if every cell that fits is valid text: UTF-8 without NUL."""
    length: int | None = None
    """The length in bytes of all cells that fit; None if they may differ in length."""


def matching(pattern: str, *, text_only: bool) -> CellTest:
    """Return a test for an RE2 pattern. `text_only` says that it matches only UTF-8 without NUL."""
    regex = anchored(pattern)

    def fits(cells: Slices) -> Mask:
        found = pc.match_substring_regex(as_string(cells.binary), regex)
        mask: Mask = found.to_numpy(zero_copy_only=False)
        return mask

    return CellTest(fits, text_only=text_only)


def is_readable(pattern: str) -> bool:
    """Return whether the RE2 in pyarrow, which may be older than google-re2, knows the syntax."""
    try:
        pc.match_substring_regex(pa.array([""]), anchored(pattern))
    except pa.ArrowInvalid:
        return False
    return True


def is_ascii_only(pattern: str) -> bool:
    """Return whether the pattern is known to match ASCII without NUL only."""
    at = 0
    while part := _ASCII_ONLY.match(pattern, at):
        at = part.end()
    return at == len(pattern)
