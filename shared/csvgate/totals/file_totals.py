"""Compares the rows of a file with the totals that its sender states."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from typing import Final

from csvgate.contracts.model import ROWS_GROUP, Contract
from csvgate.text import counted
from csvgate.totals.column_total import ColumnTotal
from csvgate.totals.exact import plain
from csvgate.totals.rejected_cells import RejectedCells
from csvgate.totals.stated import StatedTotals
from csvgate.validation.batch import Batch
from csvgate.validation.faults import FileFault

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

        Raises FileFault `file.total_missing` and `file.total_differs`. A message repeats neither
        total nor sum of a sensitive column, because the sum of a single row is one of its values.
        """
        given = self.footer if lines is None else lines
        stated = self._stated.read(given, where, self._columns, self._hidden)
        # A total may be stated more than once.
        wrong = dict.fromkeys(pair for pair in stated if pair[1] != self._actual(pair[0]))
        if wrong:
            shown = [self._difference(*pair, where) for pair in islice(wrong, _MOST_SHOWN)]
            if len(wrong) > _MOST_SHOWN:
                shown.append(f"and {counted(len(wrong) - _MOST_SHOWN, 'more total')}")
            raise FileFault(
                "file.total_differs",
                f"{'; '.join(shown)}. Compare the file with its source, and upload it again once "
                "it is complete",
            )

    def _actual(self, group: str) -> Decimal:
        return Decimal(self._rows) if group == ROWS_GROUP else self._columns[group].sum

    def _difference(self, group: str, stated: Decimal, where: str) -> str:
        if group in self._hidden:
            text = f"the sum of {group} is not the total that {where} states (both are sensitive)"
        else:
            what = "the number of rows" if group == ROWS_GROUP else f"the sum of {group}"
            found = plain(self._actual(group))
            text = f"{what} is {found}, but {where} states {plain(stated)}"
        return text if group == ROWS_GROUP else text + self._columns[group].left_out
