"""Drops text around numbers, such as €, % or kg, and reads the signs of negative numbers there."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.types.common.affixes import number_extractor
from csvgate.types.common.field_type import Field
from csvgate.types.common.numbers import MINUS
from csvgate.validation.fast.arrays import Ints, Mask
from csvgate.validation.fast.kernels.fixed_width import CellParser, probes, uncleared
from csvgate.validation.fast.kernels.numbers.merged import MergedValues
from csvgate.validation.fast.words import WORD, Text

_MAX_AFFIXES: Final = 8
"""Pairs of texts before and after the number. A column with more pairs was most likely typed by a
person, and is short."""
_LONGEST: Final = 200
"""Bytes of a cell in which affixes are sought."""
_PARTS: Final = re.compile(rb"([^0-9]*?)[+\-]?[0-9](?:.*[0-9])?([^0-9]*)", re.DOTALL)
_PLACEHOLDER: Final = "1"
_FIRST_OF_MINUS: Final = [ord("-"), MINUS.encode()[0]]


class _Affixes(NamedTuple):
    before: bytes
    after: bytes
    sign: bytes
    """The sign of the number if one of the texts has it or stands for it; otherwise empty."""

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
        """Return the text between the affixes in these rows, after the sign."""
        some = text.select(rows)
        size = len(self.before) + len(self.after)
        some = Text(some.data, some.starts + len(self.before), some.lengths - size)
        if not self.sign:
            return some
        # A second sign makes the number one that no parser reads.
        return Text.of(pc.binary_join_element_wise(self.sign, some.binary(), b""))


class AffixParser:
    """Parses cells with one of several pairs of texts around a number. A pair is tried once it
    occurred in a cell and the rules take it."""

    def __init__(self, parser: CellParser, field: Field) -> None:
        """`parser` reads the numbers, none of which begins with a point."""
        self._parser: Final = parser
        self._sign_between: Final = _checker(field)
        self._takes_leading: Final = "leading" in field.negative
        self._takes_bare: Final = self._sign_between(b"", b"") is not None
        self._affixes: Final = list[_Affixes]()

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        values, cleared = self._parser.parse(text, missing)
        self._require_sign(text, cleared)
        cleared &= self._takes_bare
        merged = MergedValues(values)
        for affixes in self._affixes:
            self._add(affixes, text, missing, cleared, merged)
        while (found := self._next(text, missing, cleared)) is not None:
            self._add(found, text, missing, cleared, merged)
        return merged.array(), cleared

    def _add(
        self,
        affixes: _Affixes,
        text: Text,
        missing: Mask | None,
        cleared: Mask,
        merged: MergedValues,
    ) -> None:
        """Parse the uncleared cells with these affixes."""
        rows = affixes.where(text, uncleared(cleared, missing))
        if len(rows):
            between = affixes.strip(text, rows)
            values, found = self._parser.parse(between, None)
            if not affixes.sign:
                self._require_sign(between, found)
            merged.replace(rows, values, found)
            cleared[rows] = found

    def _require_sign(self, text: Text, cleared: Mask) -> None:
        """Set `cleared` to false for numbers with a minus in front, if that is not allowed."""
        if not self._takes_leading:
            cleared &= ~np.isin(text.bytes_at(text.starts), _FIRST_OF_MINUS)

    def _next(self, text: Text, missing: Mask | None, cleared: Mask) -> _Affixes | None:
        """Return new affixes that one of a few uncleared cells has; None if there are none."""
        if len(self._affixes) >= _MAX_AFFIXES - 1:
            return None
        for cell in probes(text, cleared, missing, _LONGEST):
            found = _PARTS.fullmatch(cell)
            if not found or not (found[1] or found[2]):
                continue
            sign = self._sign_between(found[1], found[2])
            if sign is not None:
                affixes = _Affixes(found[1], found[2], sign)
                if affixes not in self._affixes:
                    self._affixes.append(affixes)
                    return affixes
        return None


def _checker(field: Field) -> Callable[[bytes, bytes], bytes | None]:
    """Return a function that takes the texts before and after a number and returns the sign that
    they give it, or nothing; None if the rules do not take them."""
    extract = number_extractor(field, _PLACEHOLDER)

    def sign_between(before: bytes, after: bytes) -> bytes | None:
        if max(len(before), len(after)) > WORD or b"\0" in before + after:
            return None
        try:
            text = f"{before.decode()}{_PLACEHOLDER}{after.decode()}"
        except UnicodeDecodeError:
            return None
        match extract(text):
            case "-1":
                return b"-"
            case "1" | "+1":
                return b"+" if b"+" in before + after else b""
        return None

    return sign_between
