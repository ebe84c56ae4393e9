"""The rule path passes every record through `Rules`. It is the authority of the two paths."""

from collections.abc import Iterable, Iterator
from typing import Final

from csvgate.csv.header import Header
from csvgate.csv.records import Record
from csvgate.validation.batch import Batch, Limits, RejectedRow, rejected_row
from csvgate.validation.judge import Judge
from csvgate.validation.judged_records import JudgedRecords
from csvgate.validation.rules import Rules

_ROWS_AT_ONCE: Final = 512
"""Rows that are kept as lists before they become columns. If more lists were alive, the garbage
collector would visit them again and again, which took a quarter of the time."""


def rule_batches(
    records: Iterable[Record],
    rules: Rules,
    header: Header,
    limits: Limits,
    judge: Judge | None = None,
) -> Iterator[Batch]:
    """Yield the batches of these records."""
    batch = _BatchBuilder(header)
    checked = ((record, rules.check(record)) for record in records)
    judged = None if judge is None else JudgedRecords(checked, judge)
    for record, (values, faults) in judged or checked:
        if faults:
            batch.rejected.append(rejected_row(record, faults))
            batch.faults += len(faults)
        else:
            batch.add_valid(record.line, values)
            if judged is not None:
                judged.move_warnings(record.line, batch.warnings)
        batch.rows_read += 1
        batch.size += len(record.raw) + len(record.terminator)
        if (
            batch.size >= limits.size
            or batch.rows_read >= limits.rows
            or batch.faults >= limits.faults
        ):
            yield batch.build()
            batch = _BatchBuilder(header)
    if batch.rows_read:
        yield batch.build()


class _BatchBuilder:
    def __init__(self, header: Header) -> None:
        self._header = header
        self._lines: list[int] = []
        self._columns: list[list[object]] = [[] for _ in range(header.columns)]
        self._rows: list[list[object]] = []
        self.rejected: list[RejectedRow] = []
        self.warnings: dict[int, list[int]] = {}
        self.rows_read = self.size = self.faults = 0

    def add_valid(self, line: int, values: list[object]) -> None:
        self._lines.append(line)
        self._rows.append(values)
        if len(self._rows) == _ROWS_AT_ONCE:
            self._rows_to_columns()

    def build(self) -> Batch:
        self._rows_to_columns()
        return Batch(
            self._header, self.rows_read, self._lines, self._columns, self.rejected, self.warnings
        )

    def _rows_to_columns(self) -> None:
        rows = self._rows
        for column, values in zip(self._columns, zip(*rows, strict=True), strict=bool(rows)):
            column.extend(values)
        rows.clear()
