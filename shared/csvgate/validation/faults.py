"""Faults of a row or a file, as data: the place, a stable code, and a message for the uploader.

`csvgate.validation.codes` lists all codes with their meanings, and docs/faults.md shows them.
"""

from typing import Final, NamedTuple

VALUE_CHARACTERS: Final = 80
"""The part of a cell that a fault keeps, so that the faults of any file fit in memory."""


class Fault(NamedTuple):
    """A fault of one cell, of one row (without a column) or of the file.

    `line` is the physical line on which the record starts, counted from 1 as editors do. `value` is
    the text of the faulty cell, shortened for display; None if the fault concerns no single cell.
    `message` never repeats cells of the file, so it may be shown where values must not be: for
    a sensitive column, or in a log.
    """

    line: int
    column: str | None
    code: str
    value: str | None
    message: str


class FileFault(Exception):
    """Raised if the file cannot be loaded as a whole: none of its rows will be."""

    def __init__(self, code: str, message: str, line: int = 1) -> None:
        super().__init__(f"{code}: {message}")
        self.fault = Fault(line=line, column=None, code=code, value=None, message=message)
