"""Reads the rows of a sheet."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from csvgate.csv.workbook.faults import damaged, too_large
from csvgate.csv.workbook.parts import Attributes
from csvgate.csv.workbook.styles import PLAIN, Shown, Styles
from csvgate.csv.workbook.texts import SharedTexts, TextReader, unescaped
from csvgate.validation.faults import FileFault

if TYPE_CHECKING:
    from csvgate.csv.workbook.members import Members

MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
"""Excel's limits."""
_MOST_ROW_CHARACTERS: Final = 4 * 1024 * 1024
_PLACE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?[0-9]{1,7}", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


class Cell(NamedTuple):
    """A cell that is not empty."""

    kind: str
    """`text`, `number`, `boolean`, `moment` (in ISO 8601), or `error`."""
    value: str
    shown: Shown = PLAIN


class Row(NamedTuple):
    number: int
    """Counted from 1, as the sheet shows it."""
    cells: dict[int, Cell]
    """The cells that are not empty, by the index of their column."""


class SheetReader(TextReader):
    """Collects the rows of a sheet. Formulas stand for the values that were stored with them."""

    def __init__(self, texts: SharedTexts, styles: Styles) -> None:
        super().__init__()
        self._texts = texts
        self._styles = styles
        self._in_rows = self._in_row = False
        self._in_value = False
        self._number = 0
        self._column = -1
        self._kind = self._style = ""
        self._has_formula = self._has_value = False
        self._cells: dict[int, Cell] = {}
        self._row_characters = 0
        self._rows: list[Row] = []

    def rows(self, members: "Members", name: str) -> Iterator[Row]:
        """Yield the rows that the sheet has, in their order; most sheets leave out empty rows."""
        for _ in members.read(name, self):
            yield from self._rows
            self._rows.clear()

    def start(self, name: str, attributes: Attributes) -> None:
        if not self._in_rows:
            self._in_rows = name == "sheetData"
        elif name == "c":
            if not self._in_row:
                raise damaged("it has a cell outside of a row")
            self._begin_cell(attributes)
        elif name == "v":
            self._in_value = self._has_value = True
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            if self._in_row:
                raise damaged(f"row {self._number} has a row within it", self._number)
            self._in_row = True
            self._begin_row(attributes)
        else:
            super().start(name, attributes)

    def end(self, name: str) -> None:
        if name == "c" and self._in_rows:
            self._end_cell()
        elif name == "v":
            self._in_value = False
        elif name == "row" and self._in_rows:
            self._rows.append(Row(self._number, self._cells))
            self._cells, self._in_row = {}, False
        elif name == "sheetData":
            self._in_rows = False
        else:
            super().end(name)

    def text(self, text: str) -> None:
        if self._in_value:
            self.add_text(text)
        elif self._in_rows:
            super().text(text)

    def _begin_row(self, attributes: Attributes) -> None:
        number = attributes.get("r")
        if number is None:
            self._number += 1
        elif number.isascii() and number.isdigit() and int(number[:9]) > self._number:
            self._number = int(number[:9])
        else:
            raise damaged(f"row {self._number} is followed by a row whose number is not higher")
        if self._number > MOST_ROWS:
            raise damaged(f"it has a row after the last one that Excel has, {MOST_ROWS:,}")
        self._column = -1
        self._cells, self._row_characters = {}, 0

    def _begin_cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        if place is None:
            self._column += 1
        elif found := _PLACE.fullmatch(place):
            self._column = _index(found[1].upper())
        else:
            what = f"a cell in row {self._number} has a place that does not exist"
            raise damaged(what, self._number)
        if self._column >= MOST_COLUMNS:
            what = f"row {self._number} has more than {MOST_COLUMNS:,} columns"
            raise damaged(what, self._number)
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._has_formula = self._has_value = False
        self.begin_text()

    def _end_cell(self) -> None:
        if self._column in self._cells:
            what = f"row {self._number} has two cells in the same column"
            raise damaged(what, self._number)
        cell = self._cell()
        if cell is None:
            return
        # A shared text is short in the file, however long it is.
        self._row_characters += len(cell.value)
        if self._row_characters > _MOST_ROW_CHARACTERS:
            what = f"has more than 4 million characters in row {self._number}"
            raise too_large(what, self._number)
        self._cells[self._column] = cell

    def _cell(self) -> Cell | None:
        """Return the cell that ends, or None if it is empty."""
        value = "".join(self._parts)
        if self._has_formula and not (self._has_value and (value or self._kind == "str")):
            raise FileFault(
                "file.workbook_formula",
                f"cell {self._place()} has a formula without its "
                "result, because the program that saved the workbook did not calculate it; open "
                "it in Excel or LibreOffice, save it and upload it again",
                self._number,
            )
        if not value:
            return None
        match self._kind:
            case "s":
                text = self._texts.at(value.strip())
                if text is None:
                    what = f"cell {self._place()} refers to a text that does not exist"
                    raise damaged(what, self._number)
                return Cell("text", text) if text else None
            case "inlineStr" | "str":
                return Cell("text", unescaped(value))
            case "b":
                return Cell("boolean", "true" if value.strip() in ("1", "true") else "false")
            case "e":
                return Cell("error", value)
            case "d":
                return Cell("moment", value.strip(), self._styles.at(self._style))
            case "n" if _NUMBER.fullmatch(value.strip()):
                return Cell("number", value.strip(), self._styles.at(self._style))
        what = f"the value of cell {self._place()} does not have the form that its type has"
        raise damaged(what, self._number)

    def _place(self) -> str:
        return f"{column_letters(self._column)}{self._number}"


def _index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def column_letters(index: int) -> str:
    """Return the letters of a column: A for 0, AA for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
