"""Splits a record into cells: RFC 4180, strictly, in the contract's dialect.

A quote opens a quoted cell only at the start of the cell, and only a delimiter or the end of the
record may follow the closing quote. A quote anywhere else is a stray quote.
"""

import re
from collections.abc import Iterable
from itertools import chain
from typing import Final

from csvgate.contracts.model import Contract, Dialect
from csvgate.csv.marked_cell import NULL, MarkedCell, QuotedCell

_NEVER: Final = "(?!)"
"""A pattern that matches nothing."""

_FORMULA: Final = '="'


class Grammar:
    """A dialect, prepared for reading. Apart from the delimiter, each of its characters is one
    ASCII character, which the checks of the contract ensure."""

    def __init__(self, dialect: Dialect, missing: Iterable[str] = ()) -> None:
        """`missing` are the texts of missing values, which decide what cells are marked."""
        self.delimiter: Final = dialect.delimiter
        self.quote: Final = dialect.quote_char or ""
        """The empty text if the dialect has no quotes."""
        self.escape: Final = dialect.escape_char
        self.double_quote: Final = dialect.double_quote
        self.comment: Final = dialect.comment_char
        self.skip_initial_space: Final = dialect.skip_initial_space
        self.formula_text: Final = dialect.formula_text
        self.marks_quoted: Final = not dialect.quoted_missing
        """True if quoted cells are never missing values."""
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
        decide whether they are missing values, or are replaced."""
        schema = contract.schema_
        lists = [chain(field.missing_values or (), field.replace) for field in schema.fields]
        return cls(contract.dialect, chain(schema.missing_values, *lists))

    def split(self, text: str) -> list[str] | None:
        """Split a line without quotes, or one in which every cell is quoted, by its delimiters.
        Return None if the line must be read by a `RecordReader`."""
        if (self.escape and self.escape in text) or (self.formula_text and _FORMULA in text):
            return None
        quotes = text.count(self.quote) if self.quote else 0
        if not quotes:
            cells = text.split(self.delimiter)
            return [cell.lstrip(" ") for cell in cells] if self.skip_initial_space else cells
        if text[0] == self.quote == text[-1] and len(text) > 1:
            # This split is right if the quotes around the cells are all the quotes of the line.
            cells = text[1:-1].split(self._between)
            if quotes != 2 * len(cells):
                return None
            return [self.cell(cell, quoted=True) for cell in cells] if self.marks_quoted else cells
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

    def formula_cell(self, text: str, start: int) -> tuple[int, str] | None:
        """Return the end of the cell at `start`, and its content if it is an unquoted formula of a
        text; None if it is not."""
        if not self.formula_text or not text.startswith(_FORMULA, start):
            return None
        end = text.find(self.delimiter, start)
        end = end if end >= 0 else len(text)
        written = text[start:end]
        content = _text_of_formula(written)
        if content is None or (self.escape and self.escape in written):
            return None
        if self.marks_quoted and content.strip() in self._marked:
            content = QuotedCell(content, content)
        return end, content

    def cell(self, written: str, *, quoted: bool) -> str:
        """Return the content of a cell: doubled quotes and escape characters are resolved."""
        is_escaped = self.escape is not None and self.escape in written
        if is_escaped:
            content = self._escaped.sub(lambda m: m[m.lastindex or 0], written)
        else:
            content = written.replace(self.quote * 2, self.quote) if self.double_quote else written
        if self.formula_text and (text := _text_of_formula(content)) is not None:
            content = text
        marked = quoted and self.marks_quoted
        if (marked or is_escaped) and not self._marked.isdisjoint(
            (written.strip(), content.strip())
        ):
            # Only the escape character makes a difference to what is compared.
            text = written if is_escaped else content
            return QuotedCell(content, text) if marked else MarkedCell(content, text)
        return content


def _text_of_formula(cell: str) -> str | None:
    """Return the text of a cell that is written as a formula, ="text"; None for other cells."""
    if not cell.startswith(_FORMULA) or len(cell) <= len(_FORMULA) or cell[-1] != '"':
        return None
    inside = cell[len(_FORMULA) : -1]
    return inside.replace('""', '"') if '"' not in inside.replace('""', "") else None
