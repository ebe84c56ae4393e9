"""Writes texts as cells of a dialect."""

import re
from typing import Final

from csvgate.contracts.model import Contract, Dialect

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


class CellText:
    """Writes texts as cells of the contract's dialect, in quotes or with escapes where needed."""

    def __init__(self, contract: Contract) -> None:
        dialect: Dialect = contract.dialect
        # A part of a longer delimiter, at the end of a cell, could be taken for its beginning.
        self._delimiter: Final = list(dict.fromkeys(dialect.delimiter))
        self._quote: Final = dialect.quote_char or ""
        self._escape: Final = dialect.escape_char or ""
        self._doubles: Final = dialect.double_quote
        self._skips_spaces: Final = dialect.skip_initial_space
        specials = [*self._delimiter, self._quote, self._escape, dialect.comment_char or ""]
        specials += ["\r", "\n"]
        self._special: Final = re.compile("|".join(re.escape(text) for text in specials if text))

    def written(self, text: str) -> str | None:
        """Return a text as a cell; None if the dialect cannot write it."""
        needs_quotes = self._skips_spaces and text.startswith(" ")
        if not needs_quotes and self._special.search(text) is None:
            return text
        if self._escape:
            text = text.replace(self._escape, self._escape * 2)
        if self._quote:
            if self._quote in text:
                if self._doubles:
                    text = text.replace(self._quote, self._quote * 2)
                elif self._escape:
                    text = text.replace(self._quote, self._escape + self._quote)
                else:
                    return None
            return f"{self._quote}{text}{self._quote}"
        if not self._escape or needs_quotes:
            return None if self._is_unwritable(text) or needs_quotes else text
        for char in self._delimiter:
            text = text.replace(char, self._escape + char)
        return _LINE_BREAK.sub(lambda found: self._escape + found[0], text)

    def _is_unwritable(self, text: str) -> bool:
        return any(char in text for char in (*self._delimiter, "\r", "\n"))
