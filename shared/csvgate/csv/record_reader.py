"""Reads one record, one physical line at a time."""

from enum import Enum

from csvgate.csv.quoting import Grammar


class State(Enum):
    CLOSED = "the record is complete"
    OPEN = "a quoted cell continues in the next line"
    CONTINUED = "an escaped line break continues an unquoted cell in the next line"
    STRAY = "there is a quote inside an unquoted cell, or text after a closing quote"


class RecordReader:
    """The state machine that reads one record."""

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
        if not grammar.escape and not grammar.formula_text:
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
            if not self._open and (formula := grammar.formula_cell(text, at)) is not None:
                end, content = formula
                self.cells.append(content)
            else:
                end = grammar.find_unquoted_end(text, at)
                if end < 0:
                    return end, State.STRAY
                if end > len(text):
                    self._open.append(text[at:] + terminator)
                    self._in_quotes = False
                    return end, State.CONTINUED
                self.cells.append(grammar.cell(self._joined(text[at:end]), quoted=False))
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
        self.cells.append(self._grammar.cell(self._joined(text[start:end]), quoted=True))
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
