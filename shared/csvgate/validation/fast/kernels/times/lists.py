"""The forms of a list of formats, as far as no cell can have two of them.

The rules read a cell by the first format that fits. A kernel tries forms in any order, so it only
has those formats whose cells no earlier format can read.
"""

import re
from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Final

from csvgate.types.common.temporal import is_pattern
from csvgate.validation.fast.kernels.times.forms import Forms

_PART: Final = re.compile(r"%.|[^%]", re.DOTALL)
_WITH_LETTERS: Final = re.compile(r"[^\d\s]*[^\W\d_][^\d\s]*")
_SPACES: Final = re.compile(r"\s+")
_DIGITS: Final = re.compile(r"\d")
_ONE_OR_TWO: Final = ("0", "00")
_OFFSETS: Final = tuple(
    f"{sign}00{minutes}{seconds}{fraction}"
    for sign in "+-"
    for minutes in ("", "00", ":00")
    for seconds in (("", "00", ":00") if minutes else ("",))
    for fraction in (("", *("." + "0" * n for n in range(1, 7))) if seconds else ("",))
)
_EXAMPLES: Final = {
    "Y": ("0000",),
    "y": ("00",),
    "d": (*_ONE_OR_TWO, " 0"),
    **dict.fromkeys("mHIMS", _ONE_OR_TWO),
    "f": tuple("0" * n for n in range(1, 7)),
    "j": ("0", "00", "000"),
    # A name has neither digits nor spaces.
    **dict.fromkeys("bBaAp", ("x",)),
    "z": ("Z", *_OFFSETS),
    "%": ("%",),
}
"""Texts that a directive reads; one for each outline."""
_PATTERNS_OF_DATES: Final = {"default": ("%Y-%m-%d",), "any": ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d")}
"""Patterns that read at least what the formats read."""
_MOST: Final = 3_000
"""The most outlines of a pattern that are compared."""


def forms_of_list(
    names: Sequence[str], forms_of: Callable[[str], Forms | None], *, is_date: bool
) -> Forms | None:
    """Return the forms of formats that can be read together; None if there are none. `forms_of`
    returns those of one format. `is_date` says that the cells are of type date."""
    before, found = set[str](), list[Forms]()
    for name in names:
        patterns = _PATTERNS_OF_DATES.get(name, (name,)) if is_date else (name,)
        outlines = _outlines(patterns)
        if outlines is None:
            break
        forms = forms_of(name)
        if forms is not None and before.isdisjoint(outlines):
            found += [forms] if not found or forms.tail == found[0].tail else []
        before |= outlines
    if not found:
        return None
    return Forms(tuple(head for forms in found for head in forms.heads), found[0].tail)


def _outlines(patterns: Sequence[str]) -> set[str] | None:
    """Return the outlines of all texts that patterns read; None if these are not known. Texts with
    different outlines are different."""
    found = set[str]()
    for pattern in patterns:
        parts = _PART.findall(pattern)
        if not is_pattern(pattern) or any(
            part[0] == "%" and part[1:] not in _EXAMPLES for part in parts
        ):
            return None
        examples = [_EXAMPLES[part[1]] if part[0] == "%" else (part,) for part in parts]
        if prod(map(len, examples)) > _MOST:
            return None
        found |= {_outline("".join(each)) for each in product(*examples)}
    return found


def _outline(text: str) -> str:
    """Return a text with its digits as zeros, and with letters, together with what is between them
    and the next digit or space, as one letter."""
    zeros = _DIGITS.sub("0", _SPACES.sub(" ", text))
    return _WITH_LETTERS.sub("x", zeros)
