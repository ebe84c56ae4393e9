"""Reads numbers with the texts around them that a contract lists, and the ways to write a negative
number that it allows.

A number has at most one text before it and one after it, perhaps with spaces between. It has at
most one sign, which may stand on either side of such a text: `-$5` and `$-5`. Every cell has one
reading at most; `contracts.checks.cells.numbers` refuses lists of texts that would give it two.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from csvgate.types.common.field_type import Field
from csvgate.types.common.numbers import MINUS, SIGN, canonical_form, surrounded
from csvgate.types.common.spaces import SPACES

PERCENT: Final = "%"
_SPACES: Final = f"[{re.escape(SPACES)}]*+"
_NEGATIVE: Final = ("-", MINUS, "(")
_WAYS: Final = {"leading": "-5", "trailing": "5-", "parentheses": "(5)"}
_MAX_SHOWN: Final = 10


def has_plain_numbers(field: Field) -> bool:
    """Return whether only a sign may stand beside the numbers of a field, in front of them."""
    only_leading = tuple(field.negative) == ("leading",)
    return only_leading and field.bare_number and not affixes_of(field)


def affixes_of(field: Field) -> tuple[str, ...]:
    """Return the texts that may stand before or after a number."""
    return (*field.affixes, PERCENT) if field.percent_as_fraction else tuple(field.affixes)


def may_precede(affix: str) -> bool:
    """Return whether the text may stand before a number. `m2` and `.-` only stand after one: before
    it, their last character would belong to the number."""
    return not any(character.isdecimal() or character == "-" for character in affix)


def number_extractor(field: Field, shape: str) -> Callable[[str], str | None]:
    """Return a function that takes a cell's text and returns the number in it as Python writes it;
    None if the cell does not have a number of that shape, or other text than the field allows.
    `shape` is a regular expression for numbers without a sign."""
    if not has_plain_numbers(field) and field.bare_number:
        return _affixed(field, shape)
    alone = rf"({SIGN}?(?:{shape}))"
    pattern = re.compile(alone if field.bare_number else surrounded(field, f"(?:{shape})"))
    canonical = canonical_form(field)

    def extract(text: str) -> str | None:
        found = pattern.fullmatch(text)
        return canonical(found[1]) if found else None

    return extract


def writing_hint(field: Field) -> str:
    """Return the end of a message about a cell that is not a number: how the field writes them."""
    hint = f", grouped by {field.group_char!r}" if field.group_char else ""
    if field.affixes:
        more = len(field.affixes) - _MAX_SHOWN
        shown = ", ".join(field.affixes[:_MAX_SHOWN]) + (f" and {more} more" if more > 0 else "")
        hint += f", perhaps beside one of: {shown}"
    if tuple(field.negative) != ("leading",):
        hint += f"; a negative one is written {' or '.join(_WAYS[way] for way in field.negative)}"
    return hint


def _affixed(field: Field, shape: str) -> Callable[[str], str | None]:
    pattern = re.compile(_pattern(field, shape))
    canonical = canonical_form(field)
    named = pattern.groupindex
    number = named["number"]
    before = [named[name] for name in ("before", "before_inside") if name in named]
    after = [named[name] for name in ("after_inside", "after") if name in named]
    signs = [place for name, place in named.items() if name.startswith("sign")]
    opening, closing = named.get("opening"), named.get("closing")
    needs_percent = field.percent_as_fraction

    def extract(text: str) -> str | None:
        found = pattern.fullmatch(text)
        if not found:
            return None
        texts = [[found[i] for i in places if found[i]] for places in (before, after)]
        marks = [found[i] for i in signs if found[i]]
        if opening and closing:
            if (found[opening] is None) != (found[closing] is None):
                return None
            marks += found[opening] or ""
        if len(marks) > 1 or max(map(len, texts)) > 1:
            return None
        if needs_percent and (PERCENT in texts[0]) == (PERCENT in texts[1]):
            return None
        digits = canonical(found[number])
        return f"-{digits}" if marks and marks[0] in _NEGATIVE else digits

    return extract


def _pattern(field: Field, shape: str) -> str:
    """Return a regular expression with a group for each part of a cell. The sign before or after
    both texts, and the texts inside parentheses or outside, have groups of their own; `_affixed`
    requires that at most one of each kind is there."""
    every = affixes_of(field)
    point = re.escape(field.decimal_char)
    # The point after a letter ends an abbreviation: Rs.5 is not half a rupee.
    before = _any_of(
        re.escape(affix) + (rf"(?!{point})" if affix[-1:].isalpha() else "")
        for affix in every
        if may_precede(affix)
    )
    after = _any_of(map(re.escape, every))
    sign = SIGN if "leading" in field.negative else r"\+"
    number = rf"(?P<number>{shape})"
    if "parentheses" in field.negative:
        inside = [
            rf"(?:(?P<before_inside>{before}){_SPACES})?" if before else "",
            number,
            rf"(?:{_SPACES}(?P<after_inside>{after}))?" if after else "",
        ]
        number = rf"(?P<opening>\()?{''.join(inside)}(?P<closing>\))?"
    first = rf"(?:(?:(?P<sign_1>{sign}){_SPACES})?(?P<before>{before}){_SPACES})?" if before else ""
    second = rf"(?P<sign_2>{sign})?"
    third, fourth = "", ""
    if "trailing" in field.negative:
        third, fourth = rf"(?P<sign_3>{SIGN})?", rf"(?:{_SPACES}(?P<sign_4>{SIGN}))?"
    last = rf"(?:{_SPACES}(?P<after>{after}){fourth})?" if after else ""
    return first + second + number + third + last


def _any_of(expressions: Iterable[str]) -> str:
    return "|".join(expressions)
