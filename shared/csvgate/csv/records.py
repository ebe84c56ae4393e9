"""Reads the records of a UTF-8 stream, with their physical lines and unchanged bytes."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from csvgate.csv.decoding import decode
from csvgate.csv.encodings import without_partial_character
from csvgate.csv.lines import physical_lines
from csvgate.csv.quoting import Grammar
from csvgate.csv.record_reader import RecordReader, State
from csvgate.csv.work import WORK

MAX_RECORD_BYTES: Final = 2 * 1024 * 1024
"""2 MiB: even if each byte becomes three in UTF-8, a row stays below the 9 MB of an append."""


class Record(NamedTuple):
    """A run of physical lines that form one row, or the first line of a malformed record."""

    line: int
    """The number of the first physical line, from 1."""
    raw: bytes
    """The record in UTF-8 without its terminator; only the beginning of a line that is too long."""
    terminator: bytes
    r"""\n, \r\n, \r, or empty at the end of the file."""
    cells: list[str] | None
    """None if the record cannot be split into cells; `broken` says why."""
    valid_bytes: bool = True
    """False if some cells contain lone surrogates in place of invalid bytes."""
    broken: tuple[str, str] | None = None
    """The code and message of the fault."""


class Framer:
    r"""Finds the records of a stream of UTF-8 bytes: where each begins and ends, and its cells.

    Blank lines and comments are counted as lines, but they are not records. A line of spaces is
    a record.

    Only the first physical line of a malformed record is faulted, and reading continues at the next
    line, so that one missing quote does not swallow the rows after it. This takes linear time.
    The search for a closing quote passes only lines in which an even number of quotes counts, and
    such a line, read as the first line of a record, does not leave a quoted cell open. So no line
    is searched twice.

    An escaped line break outside quoted cells joins two lines for certain. All lines up to the last
    one that is joined are faulted together, so no line is joined twice either.
    """

    def __init__(
        self,
        pieces: Iterable[bytes],
        grammar: Grammar,
        limit: int = MAX_RECORD_BYTES,
        line: int = 1,
    ) -> None:
        """`limit` is the maximum number of bytes of a record, `line` the number of the first line
        of the stream."""
        self._set_up(physical_lines(pieces, limit), grammar, limit, line)

    @classmethod
    def of_lines(
        cls, blocks: Iterable[list[bytes]], grammar: Grammar, limit: int, line: int
    ) -> "Framer":
        """Return a Framer of physical lines with their terminators. The next list of lines is
        asked for only when the lines before are not enough."""
        framer = cls.__new__(cls)
        framer._set_up(blocks, grammar, limit, line)
        return framer

    def _set_up(
        self, blocks: Iterable[list[bytes]], grammar: Grammar, limit: int, line: int
    ) -> None:
        self._blocks = iter(blocks)
        self._grammar = grammar
        self._comment = ord(grammar.comment) if grammar.comment else -1
        self._escape = (grammar.escape or "").encode()
        self._limit = limit
        self._lines: list[bytes] = []
        self._at = 0
        self._number = line
        self._has_ended = False

    @property
    def line(self) -> int:
        """The number of the physical line that is read next."""
        return self._number

    @property
    def has_ended(self) -> bool:
        """Return whether a line was sought after the last one. If the record that was returned
        last has an unclosed quote, more lines could have closed it."""
        return self._has_ended

    def records(self) -> Iterator[Record]:
        split, comment, limit = self._grammar.split, self._comment, self._limit
        while self._has_line():
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

    def _has_line(self, ahead: int = 0) -> bool:
        """Return whether there is a line `ahead` lines further; drops lines that have been read."""
        while self._at + ahead >= len(self._lines):
            block = next(self._blocks, None)
            if block is None:
                self._has_ended = True
                return False
            if self._at:
                del self._lines[: self._at]
                # The lines that remain are moved.
                WORK.scanned += len(self._lines)
                self._at = 0
            self._lines += block
        return True

    def _advance(self, lines: int) -> None:
        WORK.framed += lines
        self._at += lines
        self._number += lines

    def _too_long(self, number: int, raw: bytes, line: bytes) -> Record:
        message = (
            f"the line is longer than {self._limit:,} bytes, and only its beginning is kept; "
            "perhaps line breaks are missing"
        )
        terminator = line[len(raw) :]
        beginning = without_partial_character(raw[: self._limit])
        return Record(number, beginning, terminator, None, broken=("row.too_long", message))

    def _read(self, number: int, raw: bytes, line: bytes, text: str, valid: bool) -> Record:
        """Read a record with a RecordReader, beginning with its first line."""
        WORK.scanned += len(raw)
        reader = RecordReader(self._grammar)
        state = reader.feed(text, line[len(raw) :].decode("ascii"))
        if state is State.STRAY:
            return self._broken(1, "row.stray_quote", self._stray(reader, raw))
        if state is not State.CLOSED:
            return self._read_further_lines(number, line, reader, state, valid)
        self._advance(1)
        return Record(number, raw, line[len(raw) :], reader.cells, valid)

    def _read_further_lines(
        self, number: int, line: bytes, reader: RecordReader, state: State, valid: bool
    ) -> Record:
        """Read the rest of a record whose first line leaves a cell open."""
        cell, size, count = len(reader.cells) + 1, len(line), 1
        joined = 1
        """The lines up to the last escaped line break, and the one after it."""
        reason = "the file ends before the closing quote"
        while state is State.OPEN or state is State.CONTINUED:
            if not self._has_line(count):
                break
            following = self._lines[self._at + count]
            size += len(following)
            if size > self._limit:
                reason = f"there is no closing quote within {self._limit:,} bytes"
                break
            content = following.rstrip(b"\r\n")
            text, valid_here = decode(content)
            valid = valid and valid_here
            is_joined = state is State.CONTINUED
            state = reader.feed(text, following[len(content) :].decode("ascii"))
            count += 1
            if is_joined:
                joined, cell = count, len(reader.cells) + 1
        WORK.framed += count
        WORK.scanned += size
        if state is State.CLOSED:
            raw, terminator = self._lines_of_record(count)
            self._advance(count)
            return Record(number, raw, terminator, reader.cells, valid)
        if state is State.CONTINUED:
            return self._unended(count, size)
        if state is State.STRAY:
            if joined == count:
                return self._broken(joined, "row.stray_quote", self._stray(reader, line))
            reason = f"line {number + count - 1} contains a quote in the wrong place"
        message = (
            f"the quote that opens cell {cell} is never properly closed: {reason}; close the "
            "quote, and double the quotes inside the cell"
        )
        return self._broken(joined, "row.unclosed_quote", message)

    def _unended(self, count: int, size: int) -> Record:
        """Return the fault of a record of these lines, each of which continues it. If the record is
        too long, skip the rest of it: its lines could be taken for rows otherwise."""
        if size <= self._limit:
            message = (
                "ends with an escape character, so that the row continues in the next line, but "
                "the file ends there; check whether the file is cut off, or remove the character"
            )
            return self._broken(count, "row.unended_escape", message)
        message = (
            f"the row is longer than {self._limit:,} bytes, and only its beginning is kept; "
            "perhaps its lines are joined by mistake, because they end with the escape character"
        )
        record = self._broken(count, "row.too_long", message)
        is_continued = True
        while is_continued and self._has_line():
            content = self._lines[self._at].rstrip(b"\r\n")
            escapes = len(content) - len(content.rstrip(self._escape))
            is_continued = escapes % 2 == 1
            self._advance(1)
        return record

    def _broken(self, lines: int, code: str, message: str) -> Record:
        """Return the fault of a malformed record that has this number of lines, and pass them."""
        number, (raw, terminator) = self._number, self._lines_of_record(lines)
        self._advance(lines)
        return Record(number, raw, terminator, None, broken=(code, message))

    def _lines_of_record(self, count: int) -> tuple[bytes, bytes]:
        """Return the next lines without the terminator of the last, and that terminator."""
        last = self._lines[self._at + count - 1]
        terminator = last[len(last.rstrip(b"\r\n")) :]
        data = b"".join(self._lines[self._at : self._at + count])
        return data[: len(data) - len(terminator)], terminator

    def _stray(self, reader: RecordReader, line: bytes) -> str:
        message = (
            f"cell {len(reader.cells) + 1} contains a quote but does not begin with one, or has "
            "text after its closing quote; quote the whole cell and double the quotes inside it"
        )
        if b'="' in line and not self._grammar.formula_text:
            message += '; cells like ="00123" are read if `dialect.formulaText` is true'
        return message
