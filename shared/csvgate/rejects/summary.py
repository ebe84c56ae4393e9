"""Summarises why rows were rejected: counts by code and column, with the first examples of each."""

from typing import Final

from csvgate.contracts.model import Contract
from csvgate.protocol.events import FaultExample, Reason
from csvgate.validation.batch import RejectedRow
from csvgate.validation.faults import Fault

EXAMPLES: Final = 3
"""Examples kept for each code and column."""
MASK: Final = "•••"
"""Stands for a value of a sensitive column."""


class Reasons:
    """Counts rejected rows. Its memory depends on the number of codes and columns, not of rows."""

    def __init__(self, contract: Contract) -> None:
        self._sensitive = {f.name for f in contract.schema_.fields if f.sensitive}
        self._rows: dict[tuple[str, str | None], int] = {}
        self._examples: dict[tuple[str, str | None], list[FaultExample]] = {}

    def add(self, row: RejectedRow) -> None:
        """Count the row once for each code and column of its faults."""
        for key, fault in {(fault.code, fault.column): fault for fault in row.faults}.items():
            self._rows[key] = self._rows.get(key, 0) + 1
            examples = self._examples.setdefault(key, [])
            if len(examples) < EXAMPLES:
                examples.append(self._example(fault))

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

    def _example(self, fault: Fault) -> FaultExample:
        masked = fault.value is not None and fault.column in self._sensitive
        return FaultExample(
            line=fault.line,
            column=fault.column,
            code=fault.code,
            value=MASK if masked else fault.value,
            message=fault.message,
        )
