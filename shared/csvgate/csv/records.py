"""Records of a stream of UTF-8, with their physical lines and their bytes as they are there."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from csvgate.csv.decoding import decode
from csvgate.csv.encodings import whole_characters
from csvgate.csv.lines import physical_lines
from csvgate.csv.quoting import Grammar, RecordReader, State

MAX_RECORD_BYTES: Final = 2 * 1024 * 1024
"""Even when each byte becomes three in UTF-8, a record stays under the 7 MB of a message."""


class Record(NamedTuple):
    """A run of physical lines, or one line of a record whose quoting is broken."""

    line: int
    """The first physical line, from 1."""
    raw: bytes
    """UTF-8, without the terminator; of a line that is too long only its beginning. What was in a
    file of another encoding, the reject file restores."""
    terminator: bytes
    r"""\n, \r\n, \r, or nothing at the end of the file."""
    cells: list[str] | None
    """None when they cannot be told; `broken` says why."""
    valid_bytes: bool = True
    """False when some cells have lone surrogates for bytes that are no characters."""
    broken: tuple[str, str] | None = None
    """Code and message."""


class Framer:
    r"""Blank lines and comments are counted but are no records; a line of spaces is a record.

    The bytes are UTF-8 by now, whatever the file's encoding is.

    When a record turns out malformed, only its first physical line is faulted, and reading resumes
    at the next: one missing quote must not swallow the rows after it. This stays linear. Reading on
    in search of a closing quote passes only over lines with an even number of quotes that count;
    none of these, read as a record's first line, leaves a quoted cell open. So no line is read
    ahead twice.
    """

    def __init__(
        self,
        pieces: Iterable[bytes],
        grammar: Grammar,
        limit: int = MAX_RECORD_BYTES,
        line: int = 1,
    ) -> None:
        self._blocks = physical_lines(pieces, limit)
        self._grammar = grammar
        self._comment = ord(grammar.comment) if grammar.comment else -1
        self._limit = limit
        self._lines: list[bytes] = []
        self._at = 0
        self._number = line
        self.lines_ahead = 0
        """Lines read in search of a closing quote: the work that could explode."""

    @property
    def line(self) -> int:
        """The number of the physical line to read next."""
        return self._number

    def records(self) -> Iterator[Record]:
        split, comment, limit = self._grammar.split, self._comment, self._limit
        while self._more():
            line = self._lines[self._at]
            raw = line.rstrip(b"\r\n")
            number = self._number
            if not raw or len(raw) > limit or raw[0] == comment:
                self._advance(1)
                if raw and raw[0] != comment:
                    yield self._too_long(number, raw, line)
                continue
            text, valid = decode(raw)
            cells = split(text)
            if cells is None:
                yield self._read(number, raw, line, text, valid)
            else:
                self._advance(1)
                yield Record(number, raw, line[len(raw) :], cells, valid)

    def _more(self, ahead: int = 0) -> bool:
        """Whether there is a line that far ahead; drops what has been passed when it fetches."""
        while self._at + ahead >= len(self._lines):
            block = next(self._blocks, None)
            if block is None:
                return False
            del self._lines[: self._at]
            self._at = 0
            self._lines += block
        return True

    def _advance(self, lines: int) -> None:
        self._at += lines
        self._number += lines

    def _too_long(self, number: int, raw: bytes, line: bytes) -> Record:
        message = (
            f"the line has more than {self._limit:,} bytes; only its beginning is kept, perhaps a "
            "line break is missing"
        )
        terminator = line[len(raw) :]
        beginning = whole_characters(raw[: self._limit])
        return Record(number, beginning, terminator, None, broken=("row.too_long", message))

    def _read(self, number: int, raw: bytes, line: bytes, text: str, valid: bool) -> Record:
        """A record whose quotes have to be looked at, from its first line."""
        reader = RecordReader(self._grammar)
        state = reader.feed(text, line[len(raw) :].decode("ascii"))
        if state is State.STRAY:
            message = (
                f"cell {len(reader.cells) + 1} has a quote inside it, or text after its closing "
                "quote; quote the whole cell and double the quotes in it"
            )
            self._advance(1)
            return Record(number, raw, line[len(raw) :], None, broken=("row.stray_quote", message))
        if state is State.OPEN:
            return self._read_on(number, raw, line, reader, valid)
        self._advance(1)
        return Record(number, raw, line[len(raw) :], reader.cells, valid)

    def _read_on(
        self, number: int, raw: bytes, line: bytes, reader: RecordReader, valid: bool
    ) -> Record:
        """A record whose first line leaves a quoted cell open."""
        cell, state, size, count = len(reader.cells) + 1, State.OPEN, len(line), 1
        why = "the file ends before it"
        while state is State.OPEN and self._more(count):
            following = self._lines[self._at + count]
            size += len(following)
            if size > self._limit:
                why = f"it is not within {self._limit:,} bytes"
                break
            content = following.rstrip(b"\r\n")
            text, valid_here = decode(content)
            valid = valid and valid_here
            state = reader.feed(text, following[len(content) :].decode("ascii"))
            count += 1
            self.lines_ahead += 1
        if state is not State.CLOSED:
            if state is State.STRAY:
                why = f"line {number + count - 1} has a quote where none can be"
            message = f"the quote that opens in cell {cell} is never properly closed: {why}"
            self._advance(1)
            return Record(
                number, raw, line[len(raw) :], None, broken=("row.unclosed_quote", message)
            )
        whole = b"".join(self._lines[self._at : self._at + count])
        raw = whole.rstrip(b"\r\n")
        self._advance(count)
        return Record(number, raw, whole[len(raw) :], reader.cells, valid)
