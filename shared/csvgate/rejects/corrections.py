"""Reads a corrected reject file: the same rows, under their lines in the original file.

A reject file has two columns before the original ones, of which the first is the row's line in the
original. They are removed here, so that the engine reads a file of the original's shape, and what
it reports for a line is then reported for the line of the original.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import field, replace
from itertools import chain
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.decoding import open_text
from csvgate.csv.encodings import codec_names
from csvgate.csv.header import Header, read_header
from csvgate.csv.header_rows import count_header_rows
from csvgate.csv.lines import read_at_least
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer, Record
from csvgate.csv.separator_line import named_separator, without_separator_line
from csvgate.light_dataclass import dataclass
from csvgate.rejects.reject_file import ERRORS, LINE
from csvgate.validation.batch import Batch, RejectedRow
from csvgate.validation.faults import Fault, FileFault

_HEAD_BYTES: Final = 256
_ADDED: Final = 2
"""The number of columns before the original ones."""
_MAX_DIGITS: Final = 15
_NAME: Final = re.compile(r"\.([0-9a-f]{20})-[0-9a-f]{16}\.rejects")


def upload_id_in_name(name: str) -> str | None:
    """Return the id of the original upload from the name of a reject file, or of a file named after
    one."""
    found = _NAME.search(name)
    return found[1] if found else None


def name_without_upload_id() -> FileFault:
    return FileFault(
        "correction.unnamed",
        "this is a corrected reject file, but its name does not say which upload it corrects; "
        "keep the part like .0123456789abcdef0123-0123456789abcdef.rejects of the reject file's "
        "name",
    )


def is_correction(pieces: Iterator[bytes], contract: Contract) -> tuple[bool, Iterator[bytes]]:
    """Return whether the file starts with the two columns of a reject file, and all its bytes.
    A line `sep=;` may come before them, which the corrector's spreadsheet may need."""
    head, rest = read_at_least(pieces, _HEAD_BYTES)
    delimiter = contract.dialect.delimiter
    wanted = f"{LINE}{delimiter}{ERRORS}{delimiter}"
    codecs = dict.fromkeys(("utf-8", "utf-16-le", "utf-16-be", *codec_names(contract.encoding)))
    decoded = (head.decode(codec, "replace") for codec in codecs)
    found = any(_begins(text.removeprefix("\ufeff"), wanted, contract) for text in decoded)
    return found, chain([head], rest)


def _begins(text: str, wanted: str, contract: Contract) -> bool:
    """Return whether a text begins with these labels, quoted or not."""
    if named := named_separator(text.encode(), contract.dialect.delimiter):
        text = text.encode()[named[1] :].decode()
    return text.replace(contract.dialect.quote_char or "", "").startswith(wanted)


@dataclass(slots=True)
class Correction:
    """One reading of a corrected reject file."""

    contract: Contract
    open_lines: Container[int]
    """The rejected lines of the original for which no corrected row is loaded yet."""
    loaded: list[int] = field(default_factory=list)
    """The original lines of the valid rows; complete once `batches` is exhausted."""
    _header: Header | None = None
    _mark: bytes = b""
    _original: dict[int, int] = field(default_factory=dict)
    """For each line that the engine reads, its line in the original."""
    _refused: list[RejectedRow] = field(default_factory=list)

    def pieces(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the file in UTF-8, without the two columns and the rows that may not be loaded."""
        self._mark, text = open_text(pieces, self.contract.encoding)
        grammar = Grammar(contract_for_extracted_records(self.contract).dialect)
        text, has_separator = without_separator_line(text, grammar.delimiter)
        records = Framer(text, grammar, line=1 + has_separator).records()
        line, seen, head = 1, set[int](), list[Record]()
        header_rows = count_header_rows(self.contract.dialect)
        for number, record in enumerate(records):
            in_header = number < header_rows
            cut = _cut(record, grammar, in_header=in_header)
            if in_header and cut and record.cells:
                head.append(record._replace(raw=cut[1], cells=record.cells[_ADDED:]))
                if len(head) == header_rows:
                    self._header = read_header(head, self.contract, self._mark)
            if not in_header:
                # A malformed record is refused here: without the two cells before it, its open
                # quote might be closed by one several rows further down.
                refused = record.broken or self._refusal(cut, seen) or self._doubt(record, cut)
                if refused is not None:
                    self._refuse(record, cut, *refused)
                    continue
            original, rest = cut if cut else (None, record.raw)
            if original is not None:
                seen.add(original)
                self._original[line] = original
            data = rest + record.terminator
            line += _count_lines(data)
            yield data

    def batches(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield the engine's batches with the lines of the original, then the refused rows.

        The engine has to read `pieces` under `contract_for_extracted_records`, because a reject
        file has neither preamble nor footer."""
        for batch in batches:
            batch.header = replace(batch.header, mark=self._mark)
            batch.lines = [self._original[int(line)] for line in batch.lines]
            batch.rejected = [self._with_original_line(row) for row in batch.rejected]
            batch.warnings = {
                check: [self._original[line] for line in lines]
                for check, lines in batch.warnings.items()
            }
            self.loaded += batch.lines
            yield batch
        if self._refused and self._header is not None:
            yield Batch(
                self._header,
                rows_read=len(self._refused),
                columns=[[] for _ in range(self._header.columns)],
                rejected=self._refused,
            )

    def _refusal(
        self, cut: tuple[int | None, bytes] | None, seen: set[int]
    ) -> tuple[str, str] | None:
        line = cut[0] if cut else None
        if line is None:
            return (
                "correction.line",
                f"{LINE} is not a line number; restore the number from the reject file",
            )
        if line in seen:
            return (
                "correction.repeated",
                f"line {line} of the original appears in this file already; keep one row for it",
            )
        if line not in self.open_lines:
            return (
                "correction.not_open",
                f"line {line} of the original was not rejected, or a corrected row for it is "
                "loaded already; remove this row",
            )
        return None

    def _doubt(
        self, record: Record, cut: tuple[int | None, bytes] | None
    ) -> tuple[str, str] | None:
        """Return why a row of a single cell is not padded: the reject file repeats a malformed row
        as one cell."""
        dialect, rest = self.contract.dialect, cut[1] if cut else b""
        if dialect.short_rows == "refuse" or len(record.cells or []) > _ADDED + 1:
            return None
        is_quoted = dialect.quote_char and rest.startswith(dialect.quote_char.encode())
        is_escaped = dialect.escape_char and dialect.escape_char.encode() in rest
        if len(self.contract.schema_.fields) == 1 or not (is_quoted or is_escaped):
            return None
        return (
            "row.too_few_fields",
            "has a single cell, which may be a whole row that was malformed; correct the row, or "
            "add the delimiter after its cell",
        )

    def _refuse(
        self, record: Record, cut: tuple[int | None, bytes] | None, code: str, message: str
    ) -> None:
        number, raw = cut or (None, record.raw)
        line = record.line if number is None else number
        column = LINE if code.startswith("correction.") else None
        fault = Fault(line, column, code, None, message)
        # If the two columns cannot be removed, the reject file repeats the row as a single cell.
        well_formed = cut is not None and record.cells is not None
        self._refused.append(RejectedRow(line, raw, record.terminator, well_formed, (fault,)))

    def _with_original_line(self, row: RejectedRow) -> RejectedRow:
        line = self._original.get(row.line, row.line)
        return row._replace(
            line=line, faults=tuple(fault._replace(line=line) for fault in row.faults)
        )


def _cut(record: Record, grammar: Grammar, *, in_header: bool) -> tuple[int | None, bytes] | None:
    """Return the original line (None for the header) and the bytes after the first two cells; None
    if the record does not begin with two such cells."""
    text, at = record.raw.decode("utf-8", "surrogateescape"), 0
    if in_header:
        text = text.removeprefix("\ufeff")
    number = ""
    for cell in range(_ADDED):
        is_quoted = bool(grammar.quote) and text.startswith(grammar.quote, at)
        end = (
            grammar.find_closing_quote(text, at + 1) + 1
            if is_quoted
            else grammar.find_unquoted_end(text, at)
        )
        # A quoted cell has at least its two quotes; another may be empty.
        if end < at + 2 * is_quoted or not text.startswith(grammar.delimiter, end):
            return None
        if cell == 0:
            number = text[at:end].strip(f" {grammar.quote}")
        at = end + len(grammar.delimiter)
    rest = text[at:].encode("utf-8", "surrogateescape")
    if in_header:
        return None, rest
    if not number.isascii() or not number.isdigit() or len(number) > _MAX_DIGITS:
        return None
    return int(number), rest


def _count_lines(data: bytes) -> int:
    r"""Return the number of line terminators: \n, \r\n or \r."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
