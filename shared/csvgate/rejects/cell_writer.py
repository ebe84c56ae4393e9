"""Writes a text as one cell in a dialect, whatever the dialect offers for that."""

from typing import Final

from csvgate.contracts.model import Dialect

_SUBSTITUTES: Final = ";,/ .-_:|#~"
"""Characters that may stand for those of the delimiter. They are more than a delimiter has."""


class CellWriter:
    def __init__(self, dialect: Dialect) -> None:
        quote, escape = dialect.quote_char or "", dialect.escape_char or ""
        if dialect.double_quote:
            inside = quote * 2
        elif escape:
            inside = escape + quote
        else:
            # This dialect cannot write a quote inside a cell; a backtick resembles one.
            inside = "`"
        self._quote: Final = quote.encode()
        self._quote_inside: Final = inside.encode()
        self._escape: Final = escape.encode()
        self._delimiter: Final = [char.encode() for char in dict.fromkeys(dialect.delimiter)]
        substitute = next(char for char in _SUBSTITUTES if char not in dialect.delimiter + escape)
        self._substitute: Final = substitute.encode()

    def message(self, text: bytes) -> bytes:
        """Return csvgate's own words as one cell. Without quotes, another character takes the place
        of the delimiter."""
        if self._quote:
            return self._quoted(text)
        for char in self._delimiter:
            text = text.replace(char, self._substitute)
        return self._escaped(text)

    def record(self, raw: bytes) -> bytes:
        """Return a malformed record as one cell. If the dialect has neither quotes nor an escape
        character, that is the record itself: a single line that is too long."""
        if self._quote:
            return self._quoted(raw)
        if self._escape:
            raw = self._escaped(raw)
            for char in (*self._delimiter, b"\r", b"\n"):
                raw = raw.replace(char, self._escape + char)
        return raw

    def _quoted(self, raw: bytes) -> bytes:
        raw = self._escaped(raw)
        return self._quote + raw.replace(self._quote, self._quote_inside) + self._quote

    def _escaped(self, raw: bytes) -> bytes:
        return raw.replace(self._escape, self._escape * 2) if self._escape else raw
