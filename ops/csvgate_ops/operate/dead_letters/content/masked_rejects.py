"""Masks the cells of a whole reject file, row by row and in bounded memory.

The rows keep the encoding, the delimiter and the line ends of the file. A row that has nothing to
hide keeps its bytes; in another row the cells are written again, so their quotes may differ.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from csvgate.contracts.header_labels import fold
from csvgate.contracts.model import Contract, Dialect
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.decoding import open_text
from csvgate.csv.encodings import ByteOrderMark
from csvgate.csv.header_rows import count_header_rows, joined_labels
from csvgate.csv.marked_cell import MarkedCell
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import MAX_RECORD_BYTES, Framer, Record
from csvgate.rejects.cell_writer import CellWriter
from csvgate.rejects.reject_file import ERRORS, LINE
from csvgate.validation.faults import FileFault
from csvgate.validation.sensitive_values import MASK
from csvgate_ops.operate.dead_letters.content.masking import OURS, Mask

_OURS: Final = 2
"""The number of columns that csvgate adds before those of the file: line and faults."""
_LIMIT: Final = 3 * MAX_RECORD_BYTES
"""The most bytes of a record: the row itself may have become twice as long by its quotes, and its
faults come on top."""
_PIECE: Final = 64 * 1024
"""The least size in bytes of what is yielded at once, except at the end."""


class Unreadable(Exception):
    """The reject file cannot be read under the contract, so its cells cannot be masked."""


def masked_rejects(
    pieces: Iterable[bytes], contract: Contract | None, mask: Mask
) -> Generator[bytes, None, None]:
    """Yield the bytes of a reject file with masks in place of the cells that `mask` hides. Which
    columns these are is decided by the labels of its header, or by position without a header. A row
    whose number of cells differs from the header's shows only its line and its faults, because any
    of its cells may hold a hidden value. Raises Unreadable."""
    dialect = contract_for_extracted_records(contract).dialect if contract else Dialect()
    try:
        mark, text = open_text(pieces, contract.encoding if contract else "utf-8")
        buffer = bytearray(mark)
        for piece in _rows(Framer(text, Grammar(dialect), _LIMIT), mark, dialect, contract, mask):
            buffer += mark.to_file_encoding(piece)
            if len(buffer) >= _PIECE:
                yield bytes(buffer)
                buffer.clear()
    except FileFault as fault:
        raise Unreadable(fault.fault.message) from None
    if buffer:
        yield bytes(buffer)


def columns_of(header: Sequence[Sequence[str]], contract: Contract | None) -> tuple[str, ...]:
    """Return the labels of the columns. `header` has the cells of the header's rows; it is empty
    for a dialect without a header."""
    if contract is not None and not contract.dialect.header:
        return (LINE, ERRORS, *(field.name for field in contract.schema_.fields))
    return tuple(joined_labels(header, contract.dialect.header_join if contract else ""))


def count_of_header(contract: Contract | None) -> int:
    """Return the number of rows that a reject file has before its first rejected row."""
    if contract is None:
        return 1
    return count_header_rows(contract.dialect) if contract.dialect.header else 0


def _rows(
    framer: Framer,
    mark: ByteOrderMark,
    dialect: Dialect,
    contract: Contract | None,
    mask: Mask,
) -> Iterator[bytes]:
    """Yield the records in UTF-8, with their terminators."""
    records = framer.records()
    header = list(islice(records, count_of_header(contract)))
    for record in header:
        yield record.raw + record.terminator
    columns = columns_of([record.cells or [] for record in header], contract)
    hidden = _hidden(columns, contract, mask)
    row = _MaskedRow(dialect, mark, hidden)
    for record in records:
        yield row.masked(record) + record.terminator


def _hidden(columns: Sequence[str], contract: Contract | None, mask: Mask) -> list[bool]:
    """Return for each column whether its cells are hidden."""
    if contract is not None:
        mask = mask.and_unknown(columns, contract)
    # The first two columns are csvgate's own, and only they: a file may have labels of these names.
    shown = _OURS if columns[:_OURS] == (LINE, ERRORS) else 0
    if mask.columns is None:
        return [at >= shown for at in range(len(columns))]
    ours = set(map(fold, OURS)) if mask.columns else set()
    return [
        at >= shown and (mask.hides(column) or fold(column) in ours)
        for at, column in enumerate(columns)
    ]


class _MaskedRow:
    def __init__(self, dialect: Dialect, mark: ByteOrderMark, hidden: Sequence[bool]) -> None:
        self._hidden: Final = hidden
        self._shown: Final = _OURS if hidden[:_OURS] == [False] * _OURS else 0
        """The number of cells at the start that are shown of every row."""
        self._writer: Final = CellWriter(dialect)
        self._mask: Final = mark.message_bytes(MASK)
        self._delimiter: Final = dialect.delimiter.encode()
        self._special: Final = tuple(
            filter(None, (dialect.delimiter, dialect.quote_char, dialect.escape_char, "\r", "\n"))
        )
        self._is_lost = False
        """True after a malformed record: where the records after it begin is not certain."""

    def masked(self, record: Record) -> bytes:
        """Return the record in UTF-8 without its terminator."""
        if not any(self._hidden):
            return record.raw
        cells = record.cells
        if cells is None or self._is_lost:
            # Every record of a reject file is well-formed, except a line that is too long.
            self._is_lost = self._is_lost or not _is_one_line(record)
            return self._mask
        if len(cells) != len(self._hidden):
            return self._joined([*map(self._written, cells[: self._shown]), self._mask])
        pairs = list(zip(cells, self._hidden, strict=True))
        if not any(hides and cell for cell, hides in pairs):
            return record.raw
        return self._joined(
            self._mask if hides and cell else self._written(cell) for cell, hides in pairs
        )

    def _joined(self, cells: Iterable[bytes]) -> bytes:
        return self._delimiter.join(cells)

    def _written(self, cell: str) -> bytes:
        """Return a cell as the dialect writes it."""
        if isinstance(cell, MarkedCell):
            return cell.written.encode("utf-8", "surrogateescape")
        raw = cell.encode("utf-8", "surrogateescape")
        if any(char in cell for char in self._special) or cell[:1] == " ":
            return self._writer.record(raw)
        return raw


def _is_one_line(record: Record) -> bool:
    return record.broken is not None and record.broken[0] == "row.too_long"
