"""The number formats of cells: which of them show dates and times, percentages and zeros."""

import re
from typing import Final, NamedTuple

from csvgate.csv.workbook.faults import too_large
from csvgate.csv.workbook.parts import Attributes, PartReader

_MOST_STYLES: Final = 100_000
"""Excel's limit is 65,490 styles of cells."""
_LITERAL: Final = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]?', re.IGNORECASE)
"""Parts of a format that are shown as they are, and colors, conditions and languages."""
_BUILTIN: Final = {
    **dict.fromkeys((9,), "0%"),
    **dict.fromkeys((10,), "0.00%"),
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), *range(34, 37), *range(50, 59)), "d"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 46, 47), "h"),
    22: "d h",
}
"""Formats that are known by their number alone. Those from 27 on are of East Asian languages."""


class Shown(NamedTuple):
    """How a format shows a number."""

    has_date: bool = False
    has_time: bool = False
    is_percent: bool = False
    digits: int = 0
    """The digits of a whole number that is shown with zeros before it; 0 for other formats."""
    is_elapsed: bool = False
    """Whether hours, minutes or seconds may be more than those of a day."""

    @property
    def is_moment(self) -> bool:
        return self.has_date or self.has_time


PLAIN: Final = Shown()


def shown_by(code: str) -> Shown:
    """Return how a number format shows positive numbers."""
    # The first of up to four sections, in which quotes may hold a semicolon.
    letters = _LITERAL.sub("", code).split(";")[0].lower()
    if "general" in letters or "@" in letters:
        return PLAIN
    has_time = "h" in letters or "s" in letters
    has_date = any(char in letters for char in "dy") or ("m" in letters and not has_time)
    is_elapsed = "[" in letters
    if is_elapsed:
        has_date, has_time = False, True
    digits = len(code) if code.strip("0") == "" and len(code) > 1 else 0
    return Shown(has_date, has_time, "%" in letters, digits, is_elapsed)


class Styles(PartReader):
    """Reads the formats that the styles of cells have."""

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[str, str] = {}
        self._shown: list[Shown] = []
        self._in_cells = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self._shown.append(self._of(attributes.get("numFmtId", "0")))
        if max(len(self._shown), len(self._codes)) > _MOST_STYLES:
            raise too_large("has more than 100,000 styles")

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def at(self, number: str | None) -> Shown:
        """Return the format of the style of this number; that of plain numbers if there is none."""
        if number is None or not (number.isascii() and number.isdigit()):
            return PLAIN
        index = int(number[:9])
        return self._shown[index] if index < len(self._shown) else PLAIN

    def _of(self, number: str) -> Shown:
        code = self._codes.get(number)
        if code is None and number.isascii() and number.isdigit():
            code = _BUILTIN.get(int(number[:9]))
        return shown_by(code) if code else PLAIN
