"""Counts the rows of an upload of which checks warn. They are loaded."""

from collections.abc import Mapping, Sequence
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.protocol.events import CheckWarning
from csvgate.rejects.check_message import check_message

LINES: Final = 5
"""Lines kept for each check."""


class WarnedRows:
    """Its memory does not depend on the number of rows."""

    def __init__(self, contract: Contract) -> None:
        self._checks: Final = contract.checks
        self._rows = dict[int, int]()
        self._lines = dict[int, list[int]]()

    def add(self, warnings: Mapping[int, Sequence[int]]) -> None:
        """Count those of a batch: for each check the lines of the rows, by the keys of `Judged`."""
        for check, lines in warnings.items():
            self._rows[check] = self._rows.get(check, 0) + len(lines)
            kept = self._lines.setdefault(check, [])
            kept += map(int, lines[: LINES - len(kept)])

    def all(self) -> tuple[CheckWarning, ...]:
        """Return the warnings in the order of the contract. Rows for which a check cannot be
        computed are a warning of their own."""
        return tuple(
            CheckWarning(message=message, rows=rows, lines=tuple(self._lines[key]))
            for index, check in enumerate(self._checks)
            for key, message in ((index, check.message), (~index, check_message(check, "")))
            if (rows := self._rows.get(key))
        )
