"""Reads single cells of rejected rows, which are part of a file's totals as well."""

from collections.abc import Sequence
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.decoding import decode, is_damaged
from csvgate.csv.header import Header
from csvgate.csv.marked_cell import ABSENT
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.csv.work import WORK
from csvgate.validation.batch import RejectedRow

_NOT_SEPARATED: Final = "row."
"""How the codes of rows begin whose cells cannot be separated, or are not cells of a row."""


class RejectedCells:
    """The cells of some fields in the rejected rows of one file, as the rules see them."""

    def __init__(self, contract: Contract, fields: Sequence[int]) -> None:
        self._grammar: Final = Grammar.of(contract)
        self._fields: Final = fields

    def read(self, row: RejectedRow, header: Header) -> list[str | None]:
        """Return the cell of each of the fields; None for cells that are not text."""
        unreadable: list[str | None] = [None] * len(self._fields)
        if any(fault.code.startswith(_NOT_SEPARATED) for fault in row.faults):
            return unreadable
        WORK.framed += 1
        WORK.scanned += len(row.raw)
        cells = self._cells(row)
        if cells is None:
            return unreadable
        found = (_cell(cells, header.order[field]) for field in self._fields)
        return [None if is_damaged(cell) or "\0" in cell else cell for cell in found]

    def _cells(self, row: RejectedRow) -> list[str] | None:
        cells = self._grammar.split(decode(row.raw)[0])
        if cells is None:
            record = next(Framer([row.raw + row.terminator], self._grammar).records(), None)
            cells = None if record is None else record.cells
        return cells


def _cell(cells: list[str], place: int | None) -> str:
    """Return the cell at this place. Rows that the dialect pads lack the last ones."""
    if place is None:
        return ""
    return cells[place] if place < len(cells) else ABSENT
