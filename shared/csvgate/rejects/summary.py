"""Summarises why rows were rejected: counts by code and column, with the first examples of each."""

from typing import Final

from csvgate.contracts.model import Contract
from csvgate.protocol.events import FaultExample, Reason
from csvgate.validation.batch import RejectedRow
from csvgate.validation.faults import Fault
from csvgate.validation.sensitive_values import SensitiveValues

EXAMPLES: Final = 3
"""Examples kept for each code and column."""


class Reasons:
    """Counts rejected rows. Its memory depends on the number of codes and columns, not of rows.

    `local` says that the reader has the file. Then cells of rows with several faults are shown too,
    unless a sensitive field could hold them.
    """

    def __init__(self, contract: Contract, *, local: bool = False) -> None:
        self._sensitive = SensitiveValues(contract)
        self._local = local
        self._rows: dict[tuple[str, str | None], int] = {}
        self._examples: dict[tuple[str, str | None], list[FaultExample]] = {}

    def add(self, row: RejectedRow) -> None:
        """Count the row once for each code and column of its faults."""
        faults = row.faults
        if len(faults) == 1:
            self._count(faults[0], alone=True)
        else:
            for fault in {(fault.code, fault.column): fault for fault in faults}.values():
                self._count(fault, alone=self._local)

    def _count(self, fault: Fault, *, alone: bool) -> None:
        key = fault.code, fault.column
        rows = self._rows.get(key, 0)
        self._rows[key] = rows + 1
        if rows < EXAMPLES:
            self._examples.setdefault(key, []).append(self._example(fault, alone=alone))

    def top(self) -> tuple[Reason, ...]:
        """Return the reasons, the most frequent first, equally frequent ones by code and column."""
        reasons = [
            Reason(
                code=code, column=column, rows=rows, examples=tuple(self._examples[code, column])
            )
            for ((code, column), rows), examples in zip(
                self._rows.items(), self._examples.values(), strict=True
            )
        ]
        return tuple(sorted(reasons, key=lambda r: (-r.rows, r.code, r.column or "")))

    def _example(self, fault: Fault, *, alone: bool) -> FaultExample:
        return FaultExample(
            line=fault.line,
            column=fault.column,
            code=fault.code,
            value=self._sensitive.shown(fault, alone=alone),
            message=fault.message,
        )
