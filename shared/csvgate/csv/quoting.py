"""Splits a record into cells: RFC 4180, strictly, in the contract's dialect.

A quote opens a quoted cell only at the start of the cell, and only a delimiter or the end of the
record may follow the closing quote. A quote anywhere else is a stray quote.
"""

import re
from collections.abc import Iterable
from enum import Enum
from itertools import chain
from typing import Final

from csvgate.contracts.model import Contract, Dialect
from csvgate.csv.marked_cell import NULL, MarkedCell

_NEVER: Final = "(?!)"
"""A pattern that matches nothing."""


class State(Enum):
    CLOSED = "the record is complete"
    OPEN = "a quoted cell continues in the next line"
    CONTINUED = "an escaped line break continues an unquoted cell in the next line"
    STRAY = "there is a quote inside an unquoted cell, or text after a closing quote"


class Grammar:
    """A dialect, prepared for reading. Each of its characters is one ASCII character, which the
    checks of the contract ensure."""

    def __init__(self, dialect: Dialect, missing: Iterable[str] = ()) -> None:
        """`missing` are the texts of missing values, which decide what cells are marked."""
        self.delimiter: Final = dialect.delimiter
        self.quote: Final = dialect.quote_char or ""
        """The empty text if the dialect has no quotes."""
        self.escape: Final = dialect.escape_char
        self.double_quote: Final = dialect.double_quote
        self.comment: Final = dialect.comment_char
        self.skip_initial_space: Final = dialect.skip_initial_space
        # Cells may be trimmed before they are compared.
        self._marked: Final = frozenset(text.strip() for text in missing) | {NULL}
        self._between: Final = self.quote + self.delimiter + self.quote
        escape = re.escape(self.escape) if self.escape else _NEVER
        quote, delimiter = re.escape(self.quote) or _NEVER, re.escape(self.delimiter)
        self._quote_or_escape: Final = re.compile(f"{quote}|{escape}")
        self._delimiter_quote_or_escape: Final = re.compile(f"{delimiter}|{quote}|{escape}")
        doubled = f"{quote}({quote})|" if self.double_quote else ""
        self._escaped: Final = re.compile(f"{doubled}{escape}(.)", re.DOTALL)

    @classmethod
    def of(cls, contract: Contract) -> "Grammar":
        """Return the grammar of the contract's files, which marks the cells whose content does not
        decide whether they are missing values."""
        schema = contract.schema_
        lists = [field.missing_values or () for field in schema.fields]
        return cls(contract.dialect, chain(schema.missing_values, *lists))

    def split(self, text: str) -> list[str] | None:
        """Split a line without quotes, or one in which every cell is quoted, by its delimiters.
        Return None if the line must be read by a `RecordReader`."""
        if self.escape and self.escape in text:
            return None
        quotes = text.count(self.quote) if self.quote else 0
        if not quotes:
            cells = text.split(self.delimiter)
            return [cell.lstrip(" ") for cell in cells] if self.skip_initial_space else cells
        if text[0] == self.quote == text[-1] and len(text) > 1:
            # This split is right if the quotes around the cells are all the quotes of the line.
            cells = text[1:-1].split(self._between)
            return cells if quotes == 2 * len(cells) else None
        return None

    def find_closing_quote(self, text: str, start: int) -> int:
        """Return the position of the quote that closes the quoted cell around `start`; -1 if the
        text does not contain it."""
        if not self.escape:
            at = text.find(self.quote, start)
            while at >= 0 and self.double_quote and text.startswith(self.quote, at + 1):
                at = text.find(self.quote, at + 2)
            return at
        while found := self._quote_or_escape.search(text, start):
            if found[0] == self.escape or (
                self.double_quote and text.startswith(self.quote, found.end())
            ):
                start = found.end() + 1
            else:
                return found.start()
        return -1

    def find_unquoted_end(self, text: str, start: int) -> int:
        """Return the position of the delimiter after the unquoted cell at `start`, or the end of
        the text; -1 if the cell contains a quote, and the position after the end if the escape
        character is the text's last."""
        while found := self._delimiter_quote_or_escape.search(text, start):
            if found[0] == self.delimiter:
                return found.start()
            if found[0] == self.quote:
                return -1
            start = found.end() + 1
        return max(start, len(text))

    def cell(self, written: str) -> str:
        """Return the content of a cell: doubled quotes and escape characters are resolved."""
        escape = self.escape
        if not escape or escape not in written:
            return written.replace(self.quote * 2, self.quote) if self.double_quote else written
        content = self._escaped.sub(lambda m: m[m.lastindex or 0], written)
        if written.strip() in self._marked or content.strip() in self._marked:
            return MarkedCell(content, written)
        return content


class RecordReader:
    """The state machine that reads one record, one physical line at a time."""

    def __init__(self, grammar: Grammar) -> None:
        self.cells: list[str] = []
        self._grammar = grammar
        self._open: list[str] = []
        """The lines so far of the cell that continues in the next line."""
        self._in_quotes = False
        """Whether that cell is quoted."""

    def feed(self, text: str, terminator: str) -> State:
        """Read the next line. Must not be called after CLOSED or STRAY. After the other states and
        STRAY, `len(cells)` is the index of the cell that is open or contains the stray quote."""
        grammar, at = self._grammar, 0
        if self._open and self._in_quotes:
            at = self._close(text, terminator, 0)
            if at < 0:
                return State.OPEN
            if at == len(text):
                return State.CLOSED
            if not text.startswith(grammar.delimiter, at):
                return self._stray()
            at += len(grammar.delimiter)
        while True:
            at, begins = self._unquoted(text, terminator, at)
            if begins is not State.OPEN:
                return begins
            at = self._close(text, terminator, at + 1)
            if at < 0:
                return State.OPEN
            if at >= len(text):
                return State.CLOSED
            if not text.startswith(grammar.delimiter, at):
                return self._stray()
            at += len(grammar.delimiter)

    def _unquoted(self, text: str, terminator: str, at: int) -> tuple[int, State]:
        """Read the unquoted cells from the position on. Return CLOSED if these are all cells of the
        text, CONTINUED if an escaped line break follows the text, STRAY if a cell contains a quote,
        or else OPEN and the position of the quote that opens the next cell."""
        grammar = self._grammar
        if not grammar.escape:
            found = text.find(grammar.quote, at)
            cells = (text[at:found] if found >= 0 else text[at:]).split(grammar.delimiter)
            if grammar.skip_initial_space:
                cells = [cell.lstrip(" ") for cell in cells]
            self.cells += cells
            if found < 0:
                return found, State.CLOSED
            return found, State.STRAY if self.cells.pop() else State.OPEN
        while True:
            if not self._open:
                while grammar.skip_initial_space and text.startswith(" ", at):
                    at += 1
                if grammar.quote and text.startswith(grammar.quote, at):
                    return at, State.OPEN
            end = grammar.find_unquoted_end(text, at)
            if end < 0:
                return end, State.STRAY
            if end > len(text):
                self._open.append(text[at:] + terminator)
                self._in_quotes = False
                return end, State.CONTINUED
            self.cells.append(grammar.cell(self._joined(text[at:end])))
            if end == len(text):
                return end, State.CLOSED
            at = end + len(grammar.delimiter)

    def _close(self, text: str, terminator: str, start: int) -> int:
        """Finish the open quoted cell; return the position after its closing quote, or -1 if it
        stays open."""
        end = self._grammar.find_closing_quote(text, start)
        if end < 0:
            self._open.append(text[start:] + terminator)
            self._in_quotes = True
            return -1
        self.cells.append(self._grammar.cell(self._joined(text[start:end])))
        return end + 1

    def _joined(self, last: str) -> str:
        """Return the open cell with its last line."""
        if not self._open:
            return last
        written = "".join([*self._open, last])
        self._open = []
        return written

    def _stray(self) -> State:
        self.cells.pop()
        return State.STRAY
