"""A row fault or a file fault is data: where it is, a stable code, and words for a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, one row (no column) or the whole file.

    `line` is the physical line, from 1, where the record starts in the file as an editor shows it.
    `value` is the offending cell's text, shortened for display.
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
