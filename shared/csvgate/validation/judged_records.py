"""Passes the records of the rule path to what judges whole rows, a group at a time."""

from collections.abc import Iterable, Iterator
from typing import Final

from csvgate.csv.records import Record
from csvgate.validation.faults import Fault
from csvgate.validation.judge import Judge

_ROWS: Final = 2_048
"""Rows that are judged at once: enough that a query, which takes a millisecond, costs little."""
_BYTES: Final = 1024 * 1024
"""Bytes after which a group ends, so that few long rows wait in memory (1 MiB)."""

CheckedRecord = tuple[Record, tuple[list[object], tuple[Fault, ...]]]
"""A record, and what `Rules.check` returned for it."""


class JudgedRecords:
    """The records in order, with the faults of the judge in those that have no other fault."""

    def __init__(self, checked: Iterable[CheckedRecord], judge: Judge) -> None:
        self._checked: Final = checked
        self._judge: Final = judge
        self._warnings: dict[int, list[int]] = {}
        """The checks, by their index in the contract, that warn of the record at a line."""

    def __iter__(self) -> Iterator[CheckedRecord]:
        group, size = list[CheckedRecord](), 0
        for each in self._checked:
            group.append(each)
            size += len(each[0].raw)
            if len(group) == _ROWS or size >= _BYTES:
                yield from self._judged(group)
                group, size = [], 0
        yield from self._judged(group)

    def move_warnings(self, line: int, lines: dict[int, list[int]]) -> None:
        """Append the line of a record to the `lines` of each check that warns of it."""
        for check in self._warnings.pop(line, ()):
            lines.setdefault(check, []).append(line)

    def _judged(self, group: list[CheckedRecord]) -> Iterator[CheckedRecord]:
        valid = [(record.line, values) for record, (values, faults) in group if not faults]
        if not valid:
            yield from group
            return
        lines = [line for line, _ in valid]
        found = self._judge(lines, list(zip(*(values for _, values in valid), strict=True)))
        for check, rows in found.warnings.items():
            for row in rows:
                self._warnings.setdefault(lines[row], []).append(check)
        index = 0
        for each in group:
            record, (_, faults) = each
            if faults:
                yield each
                continue
            of_judge = found.faults.get(index)
            yield each if of_judge is None else (record, ([], of_judge))
            index += 1
