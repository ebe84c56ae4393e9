"""The total of one column of a file, over its loaded and its rejected rows."""

from decimal import Decimal
from typing import Final

from csvgate.contracts.model import Constraints, Schema, SchemaField
from csvgate.text import counted
from csvgate.totals.column_sums import sum_of
from csvgate.totals.exact import ZERO, add
from csvgate.types.common.field_type import CellFault
from csvgate.validation.batch import Batch
from csvgate.validation.cells import Cells

_READ_AS: Final = "BIGNUMERIC"
"""The column that a number must fit to be part of a sum, whatever its own column is: of all the
columns, this one has the most digits."""


class ColumnTotal:
    """A missing cell counts as the field's `default`, or as nothing."""

    def __init__(self, index: int, field: SchemaField, schema: Schema) -> None:
        """`index` is that of the field in the schema."""
        unlimited = field.model_copy(update={"constraints": Constraints(), "bigquery": _READ_AS})
        self._cells: Final = Cells(unlimited, schema, required=False)
        self._index: Final = index
        self._unreadable = self._first_line = 0
        """The number of rejected rows whose cell is not a number, and the line of the first."""
        self.sum = ZERO

    def number(self, text: str) -> Decimal | None:
        """Return the number that a cell with this text has, also where the contract's constraints
        or the column refuse it; None for a missing value. Raises CellFault for other texts."""
        value = self._cells[text]
        return value if isinstance(value, Decimal) else None

    def add_valid(self, batch: Batch) -> None:
        """Add the valid rows of a batch."""
        self.sum = add(self.sum, [sum_of(batch.columns[self._index])])

    def add_rejected(self, cell: str | None, line: int) -> None:
        """Add the cell of the rejected row on this line; None if the row has no such cell."""
        try:
            if cell is not None:
                if (value := self.number(cell)) is not None:
                    self.sum = add(self.sum, [value])
                return
        except CellFault:
            pass
        self._unreadable += 1
        self._first_line = self._first_line or line

    @property
    def left_out(self) -> str:
        """What the sum does not contain, as words after it; empty if it is complete."""
        if not self._unreadable:
            return ""
        cells = counted(self._unreadable, "cell")
        if self._unreadable == 1:
            return f" without {cells} that could not be read, in line {self._first_line}"
        return f" without {cells} that could not be read, the first in line {self._first_line}"
