"""Cells whose content alone does not decide whether they are missing values."""

from collections.abc import Container
from typing import Final

NULL: Final = r"\N"
"""How MySQL and other databases write NULL, with a backslash as the escape character."""


class MarkedCell(str):
    r"""The content of a cell that contains an escape character.

    It is compared with `missingValues` as it is written, because MySQL writes NULL as \N and the
    text \N as \\N. It equals no text, so that what is remembered of a text is not taken for it.
    The subclasses are marked for other reasons.
    """

    __slots__ = ("written",)
    written: str
    """The cell with its escape characters, without the quotes around it."""

    def __new__(cls, content: str, written: str) -> "MarkedCell":
        made = super().__new__(cls, content)
        made.written = written
        return made

    def is_missing(self, texts: Container[str]) -> bool:
        """Return whether the cell is one of these texts of missing values."""
        return self.written in texts

    def strip(self, chars: str | None = None) -> "MarkedCell":
        """Return the cell without these characters around it, still marked."""
        return type(self)(super().strip(chars), self.written.strip(chars))

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is type(self) and self.written == other.written and str.__eq__(self, other)
        )

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((str.__hash__(self), self.written))


class QuotedCell(MarkedCell):
    """A cell that is a text because it is quoted (`quotedMissing` is false)."""

    __slots__ = ()

    def is_missing(self, texts: Container[str]) -> bool:  # noqa: ARG002
        return False


class AbsentCell(MarkedCell):
    """A cell that a short row lacks."""

    __slots__ = ()

    def is_missing(self, texts: Container[str]) -> bool:  # noqa: ARG002
        return True


ABSENT: Final = AbsentCell("", "")


def is_null(cell: str) -> bool:
    r"""Return whether the cell is written as \N, and the backslash is the escape character: it is
    not part of the content then."""
    return isinstance(cell, MarkedCell) and cell.written == NULL and str.__ne__(cell, NULL)
