"""Counts the physical lines up to the end of the header, which may span several of them."""

from collections.abc import Sequence
from typing import Final

from csvgate.contracts.model import Dialect
from csvgate.csv.decoding import decode
from csvgate.csv.header_rows import count_header_rows
from csvgate.csv.quoting import Grammar
from csvgate.csv.record_reader import RecordReader, State
from csvgate.csv.work import WORK


class HeaderLines:
    """Reads the lines before the first row. Without a header, there are none."""

    def __init__(self, dialect: Dialect, limit: int) -> None:
        """`limit` is the maximum number of bytes of a record."""
        self._grammar: Final = Grammar(dialect)
        self._comment: Final = (dialect.comment_char or "").encode()
        self._limit: Final = limit
        self._records = count_header_rows(dialect) if dialect.header else 0
        """The records of the header that have not ended."""
        self._reader: RecordReader | None = None
        """The record that continues in the next line."""
        self._size = 0
        """The bytes of that record so far."""

    @property
    def has_ended(self) -> bool:
        """Whether the next line is not part of the header."""
        return not self._records

    def count(self, lines: Sequence[bytes]) -> int:
        """Return how many of the next lines come before the first row: rows of the header, and
        blank lines and comments before them."""
        for at, line in enumerate(lines):
            if not self._records:
                return at
            self._pass(line)
        return len(lines)

    def _pass(self, line: bytes) -> None:
        content = line.rstrip(b"\r\n")
        text, state = decode(content)[0], State.CLOSED
        WORK.scanned += len(line)
        if self._reader is None:
            if not content or (self._comment and content.startswith(self._comment)):
                return
            if self._grammar.split(text) is not None:
                self._records -= 1
                return
            self._reader, self._size = RecordReader(self._grammar), 0
        self._size += len(line)
        if self._size <= self._limit:
            state = self._reader.feed(text, line[len(content) :].decode("ascii"))
        # A malformed header is refused later, with its reason.
        if state is not State.OPEN and state is not State.CONTINUED:
            self._reader = None
            self._records -= 1
