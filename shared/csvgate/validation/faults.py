"""A row fault or a file fault is data: where it is, a stable code, and words for a person.

All codes, with what they mean, are in `csvgate.validation.codes` and in docs/faults.md.
"""

from typing import Final, NamedTuple

VALUE_CHARACTERS: Final = 80
"""A fault keeps no more of a cell than this, so that a broken file of any size fits in memory."""


class Fault(NamedTuple):
    """What is wrong with one cell, one row (no column) or the whole file.

    `line` is the physical line, from 1, where the record starts in the file as an editor shows it.
    `value` is the offending cell's text, shortened for display; None where no one cell is at fault.
    `message` never repeats what is in the file, so that it may be shown even where the value must
    not be: a sensitive column, a log.
    """

    line: int
    column: str | None
    code: str
    value: str | None
    message: str


class FileFault(Exception):
    """The file as a whole cannot be loaded; no row of it will be."""

    def __init__(self, code: str, message: str, line: int = 1) -> None:
        super().__init__(f"{code}: {message}")
        self.fault = Fault(line=line, column=None, code=code, value=None, message=message)
