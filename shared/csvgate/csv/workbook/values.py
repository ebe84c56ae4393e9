"""Writes the cells of a workbook as the texts that the contract's fields read."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from csvgate.contracts.model import SchemaField
from csvgate.contracts.table import column_type
from csvgate.csv.workbook.moments import moment_of, write_elapsed, write_moment
from csvgate.csv.workbook.rows import Cell

_DIGITS: Final = 15
"""The digits that Excel calculates with. Sums have others after them, such as 0.30000000000000004,
which Excel never shows."""
_MOST_ZEROS: Final = 30
"""Numbers of more digits are written with an exponent."""


class ColumnText:
    """Writes the cells of one column. `field` is None for a column that is not in the contract."""

    def __init__(self, field: SchemaField | None, *, begins_1904: bool) -> None:
        self._field = field
        self._begins_1904 = begins_1904
        self._is_exact = field is not None and column_type(field).kind == "FLOAT64"
        self._is_number = field is not None and field.type in ("integer", "number")

    def text(self, cell: Cell) -> str:
        """Return the text of a cell. Texts and errors stay as they are."""
        match cell.kind:
            case "number":
                return self._number(cell)
            case "boolean":
                return self._boolean(cell.value)
            case "moment":
                return self._iso_moment(cell)
        return cell.value

    def _boolean(self, value: str) -> str:
        field = self._field
        if field is None or field.type != "boolean":
            return value
        texts = field.true_values if value == "true" else field.false_values
        return texts[0] if texts else value

    def _iso_moment(self, cell: Cell) -> str:
        try:
            moment = datetime.fromisoformat(cell.value)
        except ValueError:
            return cell.value
        return cell.value if moment.tzinfo else write_moment(moment, cell, self._field)

    def _number(self, cell: Cell) -> str:
        if cell.shown.is_moment:
            if cell.shown.is_elapsed and (text := write_elapsed(cell, self._field)):
                return text
            moment = moment_of(cell, begins_1904=self._begins_1904)
            if moment is not None:
                return write_moment(moment, cell, self._field)
        text = self._plain(cell.value)
        if self._is_number and self._field is not None:
            return self._in_conventions(text, cell, self._field)
        if cell.shown.digits and text.isdigit():
            return text.zfill(cell.shown.digits)
        return text

    def _plain(self, written: str) -> str:
        """Return a number in its shortest form. A whole number keeps all its digits."""
        if written.lstrip("-").isdigit():
            return str(Decimal(written)) if len(written) > 1 else written
        value = float(written)
        number = Decimal(repr(value) if self._is_exact else f"{value:.{_DIGITS}g}")
        if not number.is_finite():
            return written
        text = f"{number.normalize():f}"
        if len(text) > _MOST_ZEROS:
            return str(number.normalize())
        return "0" if text == "-0" else text

    def _in_conventions(self, text: str, cell: Cell, field: SchemaField) -> str:
        """Return a number as cells of text of this field are written."""
        is_percent = cell.shown.is_percent and (
            field.percent_as_fraction or any(text.strip() == "%" for text in field.affixes)
        )
        if is_percent:
            text = f"{(Decimal(text) * 100).normalize():f}"
        text = text.replace(".", field.decimal_char)
        if text.startswith("-") and "leading" not in field.negative:
            text = f"{text[1:]}-" if "trailing" in field.negative else f"({text[1:]})"
        return f"{text}%" if is_percent else text
