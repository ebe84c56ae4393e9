"""A reject file with its faults mended, read again: the same rows under their original lines.

The two columns before the original ones say which line each row was. They are cut off here, so that
the engine reads a file of the original's shape; what it says of a line is then said of the original
line.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.body import bare
from csvgate.csv.decoding import begin
from csvgate.csv.encodings import take
from csvgate.csv.header import Header, read_header
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer, Record
from csvgate.rejects.reject_file import ERRORS, LINE
from csvgate.validation.faults import Fault
from csvgate.validation.validate import Batch, RejectedRow

_HEAD_BYTES: Final = 256
_MAX_DIGITS: Final = 15


def is_correction(pieces: Iterator[bytes], contract: Contract) -> tuple[bool, Iterator[bytes]]:
    """Whether the file starts with the two columns of a reject file, and all its bytes again."""
    head, rest = take(pieces, _HEAD_BYTES)
    quote, delimiter = contract.dialect.quote_char, contract.dialect.delimiter
    wanted = f"{LINE}{delimiter}{ERRORS}{delimiter}"
    texts = (head.decode(codec, "replace") for codec in ("utf-8", "utf-16-le", "utf-16-be"))
    found = any(t.removeprefix("\ufeff").replace(quote, "").startswith(wanted) for t in texts)
    return found, chain([head], rest)


@dataclass(slots=True)
class Correction:
    """One reading of a mended reject file. `open_lines` are those that may still be loaded."""

    contract: Contract
    open_lines: Container[int]
    loaded: list[int] = field(default_factory=list)
    """Original lines that came out valid; complete when `batches` is exhausted."""
    _header: Header | None = None
    _mark: bytes = b""
    _original: dict[int, int] = field(default_factory=dict)
    """Line in what the engine reads → original line."""
    _refused: list[RejectedRow] = field(default_factory=list)

    def pieces(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The file, in UTF-8, without its two columns and the rows that may not be loaded."""
        self._mark, text = begin(pieces, self.contract.encoding)
        grammar = Grammar(bare(self.contract).dialect)
        records = Framer(text, grammar).records()
        line, seen = 1, set[int]()
        for number, record in enumerate(records):
            cut = _cut(record, grammar, first=number == 0)
            if number == 0 and cut and record.cells:
                label = record._replace(raw=cut[1], cells=record.cells[2:])
                self._header = read_header(label, self.contract, self._mark)
            if number > 0:
                # A broken record stops here: without the cells before it, its open quote might
                # find another end, rows further down.
                refused = record.broken or self._may_load(cut, seen)
                if refused is not None:
                    self._refuse(record, cut, *refused)
                    continue
            original, rest = cut if cut else (None, record.raw)
            if original is not None:
                seen.add(original)
                self._original[line] = original
            data = rest + record.terminator
            line += _lines(data)
            yield data

    def batches(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """What the engine said, under the original lines; the refused rows come last. To be read
        with the `bare` contract: what was around the original is not around its reject file."""
        for batch in batches:
            batch.header = replace(batch.header, mark=self._mark)
            batch.lines = [self._original[int(line)] for line in batch.lines]
            batch.rejected = [self._under_its_line(row) for row in batch.rejected]
            self.loaded += batch.lines
            yield batch
        if self._refused and self._header is not None:
            yield Batch(
                self._header,
                rows_read=len(self._refused),
                columns=[[] for _ in self._header.order],
                rejected=self._refused,
            )

    def _may_load(
        self, cut: tuple[int | None, bytes] | None, seen: set[int]
    ) -> tuple[str, str] | None:
        line = cut[0] if cut else None
        if line is None:
            return "correction.line", f"its {LINE} is not the number it was in the reject file"
        if line in seen:
            return "correction.repeated", f"line {line} is in this file already"
        if line not in self.open_lines:
            return (
                "correction.not_open",
                f"line {line} of the original was not rejected, or a mended row for it is loaded",
            )
        return None

    def _refuse(
        self, record: Record, cut: tuple[int | None, bytes] | None, code: str, message: str
    ) -> None:
        number, raw = cut or (None, record.raw)
        line = record.line if number is None else number
        fault = Fault(line, None if record.broken else LINE, code, None, message)
        # Without a cut its cells cannot be told apart from ours: it goes back as one cell.
        sound = cut is not None and record.cells is not None
        self._refused.append(RejectedRow(line, raw, record.terminator, sound, (fault,)))

    def _under_its_line(self, row: RejectedRow) -> RejectedRow:
        line = self._original.get(row.line, row.line)
        return row._replace(
            line=line, faults=tuple(fault._replace(line=line) for fault in row.faults)
        )


def _cut(record: Record, grammar: Grammar, *, first: bool) -> tuple[int | None, bytes] | None:
    """The original line (None for the header's label) and the bytes after the two cells; None when
    they cannot be told."""
    text, at = record.raw.decode("utf-8", "surrogateescape"), 0
    if first:
        text = text.removeprefix("\ufeff")
    number = ""
    for cell in range(2):
        end = (
            grammar.closing(text, at + 1) + 1
            if text.startswith(grammar.quote, at)
            else grammar.unquoted_end(text, at)
        )
        if end <= 0 or not text.startswith(grammar.delimiter, end):
            return None
        if cell == 0:
            number = text[at:end].strip(f" {grammar.quote}")
        at = end + len(grammar.delimiter)
    rest = text[at:].encode("utf-8", "surrogateescape")
    if first:
        return None, rest
    if not number.isascii() or not number.isdigit() or len(number) > _MAX_DIGITS:
        return None
    return int(number), rest


def _lines(data: bytes) -> int:
    r"""Physical lines that end in it: \n, \r\n or \r."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
