"""Texts that are their own values: any of them, or those of a length or a pattern."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.contracts.model import SchemaField
from csvgate.engine.vector.column import Column, as_text, offsets
from csvgate.engine.vector.template import Template, ranges
from csvgate.engine.vector.words import Mask, Text
from csvgate.patterns.cost import text_limit

Test = Callable[["pa.Array"], Mask]
"""Takes cells that are UTF-8; gives where they are certain to fit."""

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


class Texts:
    def __init__(self, tests: Sequence[Test], missing: frozenset[str], *, required: bool) -> None:
        self._tests: Final = tests
        self._missing: Final = [text.encode() for text in sorted(missing)]
        self._required: Final = required

    def clear(self, cells: "pa.Array") -> Column:
        fine: Mask | None = None
        for test in self._tests:
            found = test(cells)
            fine = found if fine is None else fine & found
        missing = self._where_missing(cells)
        if missing is None:
            return Column(as_text(cells), fine)
        if self._required:
            return Column(as_text(cells), ~missing if fine is None else fine & ~missing)
        return Column(as_text(cells, missing), None if fine is None else fine | missing)

    def _where_missing(self, cells: "pa.Array") -> Mask | None:
        if not self._missing:
            return None
        if self._missing == [b""]:
            found = np.diff(offsets(cells)) == 0
        else:
            values = pa.array(self._missing, pa.binary())
            found = pc.is_in(cells, value_set=values).to_numpy(zero_copy_only=False)
        return found if found.any() else None


def tests_of(field: SchemaField, length: int | None) -> list[Test] | None:
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
            found.append(lambda cells: template.fits(Text.of(cells)))
        elif _is_same_in_re2(rules.pattern):
            found.append(_matching(rules.pattern))
        else:
            return None
    return found


def _within(least: int, most: int | None) -> Test:
    def test(cells: "pa.Array") -> Mask:
        lengths = pc.utf8_length(as_text(cells)).to_numpy()
        fine: Mask = lengths >= least
        return fine if most is None else fine & (lengths <= most)

    return test


def _matching(pattern: str) -> Test:
    whole = rf"\A(?:{pattern})\z"

    def test(cells: "pa.Array") -> Mask:
        found: Mask = pc.match_substring_regex(as_text(cells), whole).to_numpy(zero_copy_only=False)
        return found

    return test


def _is_same_in_re2(pattern: str) -> bool:
    """Whether it has nothing but what means the same there as in Python."""
    at = 0
    while at < len(pattern):
        part = _SAME_IN_RE2.match(pattern, at)
        if not part:
            return False
        at = part.end()
    try:
        _matching(pattern)(pa.array([b""], pa.binary()))
    except pa.ArrowInvalid:
        return False
    return True
