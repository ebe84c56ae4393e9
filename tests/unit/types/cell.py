"""Reads one cell of one field as the rules do."""

from decimal import Decimal
from typing import Any

from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from unit.validation.files import contract


def read(text: str, **field: Any) -> object:
    """The value of a cell, or the codes of its faults."""
    rules = contract({"name": "a", **field})
    cells = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    try:
        return cells[text]
    except CellFault as error:
        return [code for code, _ in error.faults]


def exact(value: object) -> object:
    """A decimal as text, so that 1.5 and 1.50 differ."""
    return str(value) if isinstance(value, Decimal) else value
