"""Stores faults while the file is read, because the report starts with the final counts."""

import json
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Final, NamedTuple

from csvgate.validation.faults import Fault
from csvgate.validation.sensitive_values import SensitiveValues

_IN_MEMORY: Final = 4 * 1024 * 1024


class Shown(NamedTuple):
    """A fault to show, with the value masked if it may be sensitive."""

    line: int
    column: str | None
    code: str
    value: str | None
    message: str


class FaultSpool:
    """Keeps the first `most` faults, or all of them for 0, on disk once they exceed 4 MiB.

    A context manager.
    """

    def __init__(self, most: int, sensitive: SensitiveValues) -> None:
        self._most = most
        self._sensitive = sensitive
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY, mode="w+b")  # noqa: SIM115 - closed on exit
        self.found = 0
        self.kept = 0
        self.last_line = 0
        """The greatest line of the kept faults; corrected reject files may be in any order."""

    def add(self, fault: Fault) -> None:
        self.found += 1
        if self._most and self.kept == self._most:
            return
        self.kept += 1
        self.last_line = max(self.last_line, fault.line)
        # Emails hide all cells of a row with several faults. Here the reader has the file.
        value = self._sensitive.shown(fault, alone=True)
        shown = Shown(fault.line, fault.column, fault.code, value, fault.message)
        self._file.write(json.dumps(shown._asdict()).encode("ascii") + b"\n")

    def json_lines(self) -> Iterator[str]:
        """Yield each kept fault as a JSON object on one line of ASCII, in the order of the file."""
        self._file.seek(0)
        for line in self._file:
            yield line.decode("ascii").rstrip("\n")

    def __iter__(self) -> Iterator[Shown]:
        return (Shown(**json.loads(line)) for line in self.json_lines())

    def __enter__(self) -> "FaultSpool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
