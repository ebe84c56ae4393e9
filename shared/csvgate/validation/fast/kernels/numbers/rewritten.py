"""Parses numbers in less usual forms after rewriting them: groups as in India, other kinds of
spaces or apostrophes between groups than the contract has, and the minus sign U+2212."""

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from csvgate.types.common.field_type import Field
from csvgate.types.common.numbers import MINUS, SIGN, group_marks
from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.kernels.fixed_width import CellParser, probes, uncleared
from csvgate.validation.fast.kernels.numbers.merged import MergedValues
from csvgate.validation.fast.words import Text

_LONGEST: Final = 100
"""Bytes of a cell that is looked at to see whether such forms occur."""


class RewritingParser:
    """Passes the cells that a parser does not clear to another one, without marks between groups
    and with a point and a hyphen-minus. This costs little more than the first parser, and nothing
    before such a cell has been seen."""

    def __init__(self, parser: CellParser, plain: CellParser, field: Field, *, point: bool) -> None:
        """`plain` reads numbers without groups. `point` says whether numbers may have one."""
        self._parser: Final = parser
        self._plain: Final = plain
        marks = group_marks(field)
        self._group: Final = f"[{re.escape(marks)}]" if marks else None
        self._point: Final = field.decimal_char if point else "."
        self._shape: Final = _shape(self._group, re.escape(self._point) if point else None)
        self._occurs = False

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        values, cleared = self._parser.parse(text, missing)
        rows = uncleared(cleared, missing)
        if not len(rows) or not self._may_occur(text, cleared, missing):
            return values, cleared
        cells = as_string(text.select(rows).binary())
        fits = pc.match_substring_regex(cells, self._shape)
        rows = rows[fits.to_numpy(zero_copy_only=False)]
        if not len(rows):
            return values, cleared
        merged = MergedValues(values)
        found, found_cleared = self._plain.parse(Text.of(self._rewritten(cells.filter(fits))), None)
        merged.replace(rows, found, found_cleared)
        cleared[rows] = found_cleared
        return merged.array(), cleared

    def _may_occur(self, text: Text, cleared: Mask, missing: Mask | None) -> bool:
        if not self._occurs:
            cells = as_string(pa.array([*probes(text, cleared, missing, _LONGEST)], pa.binary()))
            self._occurs = pc.any(pc.match_substring_regex(cells, self._shape)).as_py() or False
        return self._occurs

    def _rewritten(self, cells: "pa.Array") -> "pa.Array":
        if self._group:
            cells = pc.replace_substring_regex(cells, self._group, "")
        if self._point != ".":
            cells = pc.replace_substring(cells, self._point, ".")
        return pc.replace_substring(cells, MINUS, "-")


def _shape(group: str | None, point: str | None) -> str:
    """Return an RE2 expression for a whole number or a decimal number that the rules read, without
    an exponent. The repetitions in it are those of `types.common.numbers`."""
    whole = "[0-9]+"
    if group:
        whole = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}|[0-9]+)"
    fraction = f"(?:{point}[0-9]+)?" if point else ""
    return f"^{SIGN}?{whole}{fraction}$"
