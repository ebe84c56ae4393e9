"""Builds the workbooks that text files of tests/files describe.

A workbook is an archive, which nobody can review, so the repository has its source instead:
`stock.xlsx.toml` describes the workbook `stock.xlsx`. It has one of:

- `[sheets.NAME]`: the sheets in their order, each with the properties of `Sheet`;
- `sheet_xml`: the XML in the only sheet, for cells that openpyxl cannot write;
- `[members]`: the members of another archive by name, as text;
- `hex`: the bytes of another file.

Beside them, `Source` says what else there may be.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

from openpyxl.utils.datetime import CALENDAR_MAC_1904

from unit.csv.workbook.workbooks import archive, parts, saved, unsaved

ENDING: Final = ".toml"
"""What the name of a source has after that of its workbook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet as the TOML file describes it."""

    rows: Sequence[Sequence[Any]]
    """The values of the cells from A1 on. Dates and times are those of TOML, a cell without a value
    is an empty text, and a text that begins with = is a formula without a result."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """Number formats by range, such as F2:F4."""
    merged: Sequence[str] = ()
    """Ranges of merged cells."""
    hidden: bool = False

    def cells(self) -> list[list[Any]]:
        """Return the rows as openpyxl takes them."""
        return [[None if value == "" else value for value in row] for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A workbook as the TOML file describes it, with exactly one of the first four properties."""

    sheets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sheet_xml: str = ""
    members: Mapping[str, str] = field(default_factory=dict)
    hex: str = ""
    days_from_1904: bool = False
    """Whether the dates of `sheets` are stored as days from 1904 instead of 1900."""
    padded_to: int = 0
    """The bytes of the file, which has zeros after those of `hex`."""
    kept: float = 1
    """The share of the bytes that a file which is cut off still has."""

    def __post_init__(self) -> None:
        kinds = (self.sheets, self.sheet_xml, self.members, self.hex)
        if sum(map(bool, kinds)) != 1:
            raise ValueError("a source has one of sheets, sheet_xml, members and hex")


def built(source: Path) -> bytes:
    """Return the workbook that a TOML file describes.

    Raises TypeError if a name in it is unknown, and ValueError if its kind is not clear."""
    found = Source(**tomllib.loads(source.read_text(encoding="utf-8")))
    whole = _whole(found)
    return whole[: int(len(whole) * found.kept)]


def _whole(source: Source) -> bytes:
    if source.hex:
        return bytes.fromhex(source.hex).ljust(source.padded_to, b"\0")
    if source.members:
        return archive(source.members)
    if source.sheet_xml:
        return parts(source.sheet_xml)
    sheets = {name: Sheet(**found) for name, found in source.sheets.items()}
    written = unsaved({name: sheet.cells() for name, sheet in sheets.items()})
    if source.days_from_1904:
        written.epoch = CALENDAR_MAC_1904
    for name, sheet in sheets.items():
        target = written[name]
        for area, code in sheet.formats.items():
            for cell in chain.from_iterable(target[area]):
                cell.number_format = code
        for area in sheet.merged:
            target.merge_cells(area)
        if sheet.hidden:
            target.sheet_state = "hidden"
    return saved(written)
