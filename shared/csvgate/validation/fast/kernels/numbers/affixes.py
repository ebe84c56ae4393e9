"""Drops text around numbers, such as €, % or kg, where `bareNumber` is false."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.types.common.field_type import Field
from csvgate.types.common.numbers import number_extractor
from csvgate.validation.fast.arrays import Ints, Mask
from csvgate.validation.fast.kernels.fixed_width import CellParser, probes, uncleared
from csvgate.validation.fast.words import WORD, Text

_MAX_AFFIXES: Final = 8
"""Pairs of texts before and after the number. A column with more pairs was most likely typed by a
person, and is short."""
_LONGEST: Final = 200
"""Bytes of a cell in which affixes are sought."""
_PARTS: Final = re.compile(rb"([^0-9+\-]*)[+\-]?[0-9](?:.*[0-9])?([^0-9]*)", re.DOTALL)
_PLACEHOLDER: Final = "1"


class _Affixes(NamedTuple):
    before: bytes
    after: bytes

    def where(self, text: Text, rows: Ints) -> Ints:
        """Return the rows among these whose cells have these texts, and more between them."""
        starts, lengths = text.starts.take(rows), text.lengths.take(rows)
        size = len(self.before) + len(self.after)
        found = lengths > size
        for affix, first in ((self.before, starts), (self.after, starts + lengths - WORD)):
            if affix:
                # The suffix is at the end of its word, and the prefix at the start of its own.
                shift = 0 if affix is self.before else 8 * (WORD - len(affix))
                kept = np.uint64((256 ** len(affix) - 1) << shift)
                wanted = np.uint64(int.from_bytes(affix, "little") << shift)
                found &= text.words_at(first) & kept == wanted
        return rows[found]

    def strip(self, text: Text, rows: Ints) -> Text:
        """Return the text between the affixes in these rows."""
        some = text.select(rows)
        size = len(self.before) + len(self.after)
        return Text(some.data, some.starts + len(self.before), some.lengths - size)


class AffixParser:
    """Parses cells with one of several pairs of texts around a number. A pair is tried once it
    occurred in a cell and `takes` it."""

    def __init__(self, parser: CellParser, field: Field) -> None:
        """`parser` reads the numbers, none of which begins with a point."""
        self._parser: Final = parser
        self._takes: Final = _checker(field)
        self._affixes: Final = [_Affixes(b"", b"")]

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        values, cleared = self._parser.parse(text, missing)
        parts, places = [values], np.arange(len(cleared))
        for affixes in self._affixes[1:]:
            self._add(affixes, text, missing, cleared, parts, places)
        while (found := self._next(text, missing, cleared)) is not None:
            self._add(found, text, missing, cleared, parts, places)
        if len(parts) > 1:
            values = pa.concat_arrays(parts).take(pa.array(places))
        return values, cleared

    def _add(
        self,
        affixes: _Affixes,
        text: Text,
        missing: Mask | None,
        cleared: Mask,
        parts: list["pa.Array"],
        places: Ints,
    ) -> None:
        """Parse the uncleared cells with these affixes: add their values to `parts`, and put their
        places in these into `places`."""
        rows = affixes.where(text, uncleared(cleared, missing))
        if len(rows):
            values, found = self._parser.parse(affixes.strip(text, rows), None)
            places[rows[found]] = sum(map(len, parts)) + np.flatnonzero(found)
            cleared[rows] = found
            parts.append(values)

    def _next(self, text: Text, missing: Mask | None, cleared: Mask) -> _Affixes | None:
        """Return new affixes that one of a few uncleared cells has; None if there are none."""
        if len(self._affixes) >= _MAX_AFFIXES:
            return None
        for cell in probes(text, cleared, missing, _LONGEST):
            found = _PARTS.fullmatch(cell)
            affixes = _Affixes(found[1], found[2]) if found else self._affixes[0]
            if affixes not in self._affixes and self._takes(affixes):
                self._affixes.append(affixes)
                return affixes
        return None


def _checker(field: Field) -> Callable[[_Affixes], bool]:
    """Return a function that returns whether the rules drop these texts around a number."""
    extract = number_extractor(field, _PLACEHOLDER)

    def takes(affixes: _Affixes) -> bool:
        if max(map(len, affixes)) > WORD or b"\0" in affixes.before + affixes.after:
            return False
        try:
            before, after = affixes.before.decode(), affixes.after.decode()
        except UnicodeDecodeError:
            return False
        return extract(f"{before}{_PLACEHOLDER}{after}") == _PLACEHOLDER

    return takes
