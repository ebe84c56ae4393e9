"""Parses the cells of a field with a list of formats.

The rules read a cell by the first format that fits. Here they are tried in any order, so only the
formats of a list are used that have no cell in common with an earlier one.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise, product
from math import prod
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.types.common.temporal import is_pattern
from csvgate.types.common.times.named import EPOCH, EPOCH_MS, EXCEL
from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.kernels.fixed_width import CellParser, uncleared
from csvgate.validation.fast.words import Text

_PART: Final = re.compile(r"%.|[^%]", re.DOTALL)
_WITH_LETTERS: Final = re.compile(r"[^\d\s]*[^\W\d_][^\d\s]*")
_SPACES: Final = re.compile(r"\s+")
_DIGIT: Final = re.compile(r"\d")
_LONGEST: Final = "0" * 12
_MORE_DIGITS: Final = re.compile(f"{_LONGEST}0+")
_MOST: Final = 12_000
"""The most outlines of a format that are compared, which takes 30 ms."""

_ONE_OR_TWO: Final = ("0", "00")
_NUMBERS: Final = tuple("0" * n for n in range(1, len(_LONGEST) + 1))
_FRACTIONS: Final = ("", *("." + digits for digits in _NUMBERS))
_OFFSETS: Final = tuple(
    f"{sign}00{minutes}{seconds}{fraction}"
    for sign in "+-"
    for minutes in ("", "00", ":00")
    for seconds in (("", "00", ":00") if minutes else ("",))
    for fraction in (_FRACTIONS[:7] if seconds else ("",))
)
_ANY_DAYS: Final = tuple(
    form.format(first=first, second=second)
    for form in ("0000-{first}-{second}", "0000/{first}/{second}", "{first}.{second}.0000")
    for first, second in product(_ONE_OR_TWO, repeat=2)
)
_ANY_MINUTES: Final = (":00", *(f":00:00{fraction}" for fraction in _FRACTIONS))
_ANY_OFFSETS: Final = tuple(f"{sign}00{minutes}" for sign in "+-" for minutes in ("", "00", ":00"))
_ANY_ZONES: Final = ("", *(space + zone for space in ("", " ") for zone in ("Z", *_ANY_OFFSETS)))

_DIRECTIVES: Final[Mapping[str, Sequence[str]]] = {
    "Y": ("0000",),
    "y": ("00",),
    "d": (*_ONE_OR_TWO, " 0"),
    **dict.fromkeys("mHIMS", _ONE_OR_TWO),
    "f": _NUMBERS[:6],
    "j": _NUMBERS[:3],
    # A name has neither digits nor spaces.
    **dict.fromkeys("bBaAp", ("x",)),
    "z": ("Z", *_OFFSETS),
    "%": ("%",),
}
"""Texts that a directive reads; at least one for each outline."""
_NAMED: Final[Mapping[tuple[str, str], Sequence[Sequence[str]]]] = {
    ("date", "default"): (("0000-00-00",),),
    ("date", "any"): (_ANY_DAYS,),
    ("date", EXCEL): (_NUMBERS, _FRACTIONS),
    ("time", "default"): (("00:00:00",), _FRACTIONS),
    ("time", "any"): (_ONE_OR_TWO, _ANY_MINUTES),
    ("datetime", "default"): (("0000-00-00T00:00:00",), _FRACTIONS, ("", "Z", "+00:00", "-00:00")),
    ("datetime", "any"): (_ANY_DAYS, ("T", " "), _ONE_OR_TWO, _ANY_MINUTES, _ANY_ZONES),
    ("datetime", EXCEL): (_NUMBERS, _FRACTIONS),
    ("datetime", EPOCH): (("", "+", "-"), _NUMBERS, _FRACTIONS),
    ("datetime", EPOCH_MS): (("", "+", "-"), _NUMBERS, _FRACTIONS),
}
"""The same for the parts of named formats, by the type of the field."""


def separate_formats(names: Sequence[str], type_: str) -> list[str]:
    """Return the formats of a list whose cells no earlier format can read. `type_` is the type of
    the field."""
    before, found = set[str](), list[str]()
    for name in names:
        outlines = _outlines(name, type_)
        if outlines is None:
            break
        if before.isdisjoint(outlines):
            found.append(name)
        before |= outlines
    return found


@lru_cache(maxsize=32)
def _outlines(name: str, type_: str) -> frozenset[str] | None:
    """Return the outlines of all texts that a format reads; None if these are not known, or too
    many. Texts with different outlines are different."""
    examples: Sequence[Sequence[str]]
    if is_pattern(name):
        parts = _PART.findall(name)
        if any(part[0] == "%" and part[1:] not in _DIRECTIVES for part in parts):
            return None
        examples = [_DIRECTIVES[part[1]] if part[0] == "%" else (part,) for part in parts]
    else:
        examples = _NAMED[type_, name]
    if prod(map(len, examples)) > _MOST:
        return None
    return frozenset(_outline("".join(each)) for each in product(*examples))


def _outline(text: str) -> str:
    """Return the shape of a text: digits become zeros, of which twelve stand for any number above,
    and letters, with what is between them and the next digit or space, become one letter."""
    zeros = _DIGIT.sub("0", _SPACES.sub(" ", text))
    return _WITH_LETTERS.sub("x", _MORE_DIGITS.sub(_LONGEST, zeros))


class ListParser:
    """Parses cells in one of several formats of which each has its own parser, and that have no
    cell in common."""

    def __init__(self, parsers: Sequence[CellParser]) -> None:
        self._parsers: Final = [*parsers]

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        values, cleared = self._parsers[0].parse(text, missing)
        counts = [0, int(np.count_nonzero(cleared))]
        for parser in self._parsers[1:]:
            rows = uncleared(cleared, missing)
            if len(rows):
                found, fine = parser.parse(text.select(rows), None)
                is_put = np.zeros(len(cleared), np.bool_)
                is_put[rows[fine]] = True
                values = pc.replace_with_mask(
                    values, pa.array(is_put), found.filter(pa.array(fine))
                )
                cleared |= is_put
            counts.append(int(np.count_nonzero(cleared)))
        # The parser that read most cells is the first in the next block.
        read = [after - before for before, after in pairwise(counts)]
        self._parsers.insert(0, self._parsers.pop(read.index(max(read))))
        return values, cleared
