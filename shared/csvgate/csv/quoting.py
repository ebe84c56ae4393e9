"""Cells of a record: RFC 4180, strictly, in the dialect of the contract.

A quote opens a quoted cell only where a cell starts, and after the closing quote comes the
delimiter or the end of the record; anything else is a stray quote.
"""

import re
from enum import Enum
from typing import Final

from csvgate.contracts.model import Dialect


class State(Enum):
    CLOSED = "the record is complete"
    OPEN = "a quoted cell goes on in the next line"
    STRAY = "a quote inside an unquoted cell, or text after a closing quote"


class Grammar:
    """A dialect, made ready. Its characters are ASCII, one each (the contract's rules say so)."""

    def __init__(self, dialect: Dialect) -> None:
        self.delimiter: Final = dialect.delimiter
        self.quote: Final = dialect.quote_char
        self.escape: Final = dialect.escape_char
        self.double_quote: Final = dialect.double_quote
        self.comment: Final = dialect.comment_char
        self.skip_initial_space: Final = dialect.skip_initial_space
        self._between: Final = self.quote + self.delimiter + self.quote
        escape = re.escape(self.escape) if self.escape else "(?!)"
        quote, delimiter = re.escape(self.quote), re.escape(self.delimiter)
        self._quote_or_escape: Final = re.compile(f"{quote}|{escape}")
        self._delimiter_quote_or_escape: Final = re.compile(f"{delimiter}|{quote}|{escape}")
        doubled = f"{quote}({quote})|" if self.double_quote else ""
        self._written_specially: Final = re.compile(f"{doubled}{escape}(.)", re.DOTALL)

    def split(self, text: str) -> list[str] | None:
        """The cells of a line whose form shows them at once; None when it has to be read."""
        if self.escape and self.escape in text:
            return None
        quotes = text.count(self.quote)
        if not quotes:
            cells = text.split(self.delimiter)
            return [cell.lstrip(" ") for cell in cells] if self.skip_initial_space else cells
        if text[0] == self.quote == text[-1] and len(text) > 1:
            # Every cell quoted: right if these account for all the quotes there are.
            cells = text[1:-1].split(self._between)
            return cells if quotes == 2 * len(cells) else None
        return None

    def closing(self, text: str, start: int) -> int:
        """Where the quoted cell that `start` is in ends; -1 when not in this text."""
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

    def unquoted_end(self, text: str, start: int) -> int:
        """Where the delimiter after an unquoted cell is, or the text's end; -1: a stray quote."""
        while found := self._delimiter_quote_or_escape.search(text, start):
            if found[0] == self.delimiter:
                return found.start()
            if found[0] == self.quote:
                return -1
            start = found.end() + 1
        return len(text)

    def plain(self, written: str) -> str:
        """What a cell says, from how it is written: doubled quotes and escapes resolved."""
        if self.quote not in written and not (self.escape and self.escape in written):
            return written
        return self._written_specially.sub(lambda m: m[m.lastindex or 0], written)


class RecordReader:
    """The state machine over one record, fed a physical line at a time."""

    def __init__(self, grammar: Grammar) -> None:
        self.cells: list[str] = []
        self._grammar = grammar
        self._open: list[str] = []
        """How the open quoted cell is written so far."""

    def feed(self, text: str, terminator: str) -> State:
        """Not to be called again after CLOSED or STRAY. `len(cells)` is the index of the cell that
        is open or has the stray quote."""
        grammar, at = self._grammar, 0
        if self._open:
            at = self._close(text, terminator, 0)
            if at < 0:
                return State.OPEN
            if at == len(text):
                return State.CLOSED
            if not text.startswith(grammar.delimiter, at):
                return self._stray()
            at += 1
        while True:
            while grammar.skip_initial_space and text.startswith(" ", at):
                at += 1
            if text.startswith(grammar.quote, at):
                at = self._close(text, terminator, at + 1)
                if at < 0:
                    return State.OPEN
                if at < len(text) and not text.startswith(grammar.delimiter, at):
                    return self._stray()
            else:
                end = grammar.unquoted_end(text, at)
                if end < 0:
                    return State.STRAY
                self.cells.append(grammar.plain(text[at:end]))
                at = end
            if at >= len(text):
                return State.CLOSED
            at += 1

    def _close(self, text: str, terminator: str, start: int) -> int:
        """Past the closing quote; -1 when the cell stays open."""
        end = self._grammar.closing(text, start)
        if end < 0:
            self._open.append(text[start:] + terminator)
            return -1
        written = text[start:end]
        if self._open:
            written = "".join([*self._open, written])
            self._open = []
        self.cells.append(self._grammar.plain(written))
        return end + 1

    def _stray(self) -> State:
        self.cells.pop()
        return State.STRAY
