"""Replaces decimal and group marks of several bytes, such as the no-break space of French."""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from csvgate.validation.fast.arrays import Mask, content
from csvgate.validation.fast.kernels.fixed_width import CellParser
from csvgate.validation.fast.words import Text

STAND_INS: Final = "\x1e\x1f"
"""Control characters of one byte that a parser reads instead of the decimal point and the mark
between groups. Fields whose marks they are have no parser."""
_FIRST_PRINTABLE: Final = 0x20


class MarkParser:
    """Passes cells to another parser with each mark replaced by the character that stands for it.
    Cells that contain such a character themselves are not cleared."""

    def __init__(self, parser: CellParser, marks: Mapping[str, str]) -> None:
        """`marks` has the character that stands for each mark."""
        self._parser: Final = parser
        self._marks: Final = {mark.encode(): char.encode() for mark, char in marks.items()}

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        cells = text.binary()
        replaced = cells
        for mark, char in self._marks.items():
            replaced = pc.replace_substring(replaced, pattern=mark, replacement=char)
        values, cleared = self._parser.parse(Text.of(replaced), missing)
        if content(cells).min(initial=_FIRST_PRINTABLE) < _FIRST_PRINTABLE:
            for char in self._marks.values():
                cleared &= pc.invert(pc.match_substring(cells, char)).to_numpy(zero_copy_only=False)
        return values, cleared
