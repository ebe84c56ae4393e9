"""Compares the rows of a file with the totals that its sender states."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from typing import Final

from csvgate.contracts.model import ROWS_GROUP, Contract
from csvgate.text import counted, shorten
from csvgate.totals.column_total import ColumnTotal
from csvgate.totals.exact import plain
from csvgate.totals.rejected_cells import RejectedCells
from csvgate.totals.stated import Stated, StatedTotals
from csvgate.validation.batch import Batch
from csvgate.validation.faults import VALUE_CHARACTERS, Fault, FileFault
from csvgate.validation.sensitive_values import MASK, SensitiveValues

FOOTER: Final = "the footer"
_MOST_SHOWN: Final = 5
"""The totals that a message shows if more are wrong."""


class FileTotals:
    """The totals of one reading of a file. Pass `footer` to the engine and every batch to `add`,
    then call `compare`."""

    def __init__(self, contract: Contract) -> None:
        """Raises ValueError if the contract has no `totals`."""
        if contract.totals is None:
            raise ValueError(f"contract {contract.dataset} has no `totals`")
        schema = contract.schema_
        fields = {field.name: (at, field) for at, field in enumerate(schema.fields)}
        self._stated: Final = StatedTotals(contract.totals.pattern)
        found = [fields[group] for group in self._stated.groups if group != ROWS_GROUP]
        self._columns: Final = {field.name: ColumnTotal(at, field, schema) for at, field in found}
        self._sensitive: Final = SensitiveValues(contract)
        self._hidden: Final = {field.name for _, field in found if field.sensitive}
        self._rejected: Final = RejectedCells(contract, [at for at, _ in found])
        self._rows = 0
        self.footer: Final = list[bytes]()
        """The lines of the footer in UTF-8, which the engine appends."""

    def add(self, batch: Batch) -> None:
        """Add the rows of a batch, those that are loaded and those that are rejected."""
        self._rows += batch.rows_read
        for column in self._columns.values():
            column.add_valid(batch)
        if self._columns:
            for row in batch.rejected:
                cells = self._rejected.read(row, batch.header)
                for column, cell in zip(self._columns.values(), cells, strict=True):
                    column.add_rejected(cell, row.line)

    def compare(self, lines: Iterable[bytes] | None = None, where: str = FOOTER) -> None:
        """Compare the rows with the totals that these lines in UTF-8 state, by default those of the
        footer. `where` names the place of the lines for people.

        Raises FileFault `file.total_missing` and `file.total_differs`. A message repeats no text
        that could be a sensitive value: a line of the footer may be a row.
        """
        given = self.footer if lines is None else lines
        stated = self._stated.read(given, where, self._columns, self._shown)
        # A total may be stated more than once.
        wrong = dict.fromkeys(total for total in stated if total.value != self._actual(total.group))
        if wrong:
            shown = [self._difference(total, where) for total in islice(wrong, _MOST_SHOWN)]
            if len(wrong) > _MOST_SHOWN:
                shown.append(f"and {counted(len(wrong) - _MOST_SHOWN, 'more total')}")
            raise FileFault(
                "file.total_differs",
                f"{'; '.join(shown)}. {self._remedy(wrong)}",
            )

    def _remedy(self, wrong: Iterable[Stated]) -> str:
        if any(t.group != ROWS_GROUP and self._columns[t.group].left_out for t in wrong):
            return (
                "Correct the cells that could not be read, compare the file with its source, and "
                "upload it again"
            )
        return "Compare the file with its source, and upload it again once it is complete"

    def _actual(self, group: str) -> Decimal:
        return Decimal(self._rows) if group == ROWS_GROUP else self._columns[group].sum

    def _shown(self, group: str, text: str) -> str:
        """Return the text of a file as a message may show it, like the cell of a fault."""
        visible = "".join(char if char.isprintable() else "\ufffd" for char in text)
        fault = Fault(1, group, "", shorten(visible, VALUE_CHARACTERS), "")
        return self._sensitive.shown(fault, alone=True) or ""

    def _difference(self, total: Stated, where: str) -> str:
        stated = self._shown(total.group, total.text)
        stated = MASK if stated == MASK else plain(total.value)
        found = plain(self._actual(total.group))
        if total.group == ROWS_GROUP:
            return f"the number of rows is {found}, but {where} states {stated}"
        column = self._columns[total.group]
        if self._rows == 1 or total.group in self._hidden:
            # The sum of a single row is its cell.
            found = self._shown(total.group, found)
        return f"the sum of {total.group} is {found}{column.left_out}, but {where} states {stated}"
