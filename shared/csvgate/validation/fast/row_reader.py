"""Reads single rows of a block for the rules."""

import csv
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from csvgate.csv.decoding import decode
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer, Record
from csvgate.csv.work import WORK
from csvgate.validation.batch import RejectedRow, rejected_row
from csvgate.validation.fast.block_records import FramedBlock
from csvgate.validation.fast.table import Table
from csvgate.validation.faults import Fault


class RowReader:
    """Reads the rows of one block. A `row` is the index of a record in the block."""

    def __init__(self, framed: FramedBlock, table: Table, grammar: Grammar) -> None:
        self._framed: Final = framed
        self._table: Final = table
        self._grammar: Final = grammar

    def line(self, row: int) -> int:
        """Return the row's first physical line."""
        return self._framed.lines.item(row)

    def record(self, row: int) -> Record:
        """Return the record exactly as a `Framer` reads it."""
        record = self._framed.framer_records.get(row)
        return self._well_formed(row) if record is None else record

    def strings(self, index: int, fields: Iterable[int]) -> dict[int, str]:
        """Return the cells of these fields, by field, in the row at that index of the table."""
        columns = self._table.columns
        return {field: decode(columns[field].cell(index))[0] for field in fields}

    def count_cells(self, row: int) -> int | None:
        """Return the number of cells of a record that is not in the table, which is right if the
        record may repeat the header; None if a Framer has read it."""
        count = self._framed.lasts.item(row) - self._framed.firsts.item(row) + 1
        return count if count > 0 else None

    def rejected(
        self, rows: Sequence[int], faults: Iterable[tuple[Fault, ...]]
    ) -> list[RejectedRow]:
        """Return the rejected rows with these indexes, each with its faults."""
        framed, which = self._framed, np.array(rows, np.int64)
        data, read = framed.block.data, framed.framer_records
        starts, ends = framed.starts.take(which), framed.ends.take(which)
        WORK.framed += len(rows)
        WORK.scanned += int((ends - starts).sum())
        found = list[RejectedRow]()
        places = zip(framed.lines.take(which).tolist(), starts.tolist(), ends.tolist(), strict=True)
        for row, row_faults, (line, start, end) in zip(rows, faults, places, strict=True):
            if row in read:
                found.append(rejected_row(read[row], row_faults))
            else:
                raw, terminator = _without_terminator(data[start:end])
                found.append(RejectedRow(line, raw, terminator, True, row_faults))
        return found

    def _bytes(self, row: int) -> tuple[bytes, bytes]:
        """Return the bytes of a well-formed record and its terminator."""
        framed = self._framed
        WORK.framed += 1
        data = framed.block.data[framed.starts.item(row) : framed.ends.item(row)]
        WORK.scanned += len(data)
        return _without_terminator(data)

    def _well_formed(self, row: int) -> Record:
        line, (raw, terminator) = self.line(row), self._bytes(row)
        text, valid = decode(raw)
        cells = self._grammar.split(text)
        if cells is None and not self._grammar.marks_quoted:
            cells = _split(text, self._grammar)
        if cells is None:
            return next(Framer([raw + terminator], self._grammar, line=line).records())
        return Record(line, raw, terminator, cells, valid)


def _without_terminator(data: bytes) -> tuple[bytes, bytes]:
    raw = data.rstrip(b"\r\n")
    return raw, data[len(raw) :]


def _split(text: str, grammar: Grammar) -> list[str] | None:
    """Split a record whose quoting is well-formed with Python's own reader. It is faster than
    a `Framer` and gives the same cells. None if the record is too long for it."""
    try:
        return next(
            csv.reader([text], "excel", delimiter=grammar.delimiter, quotechar=grammar.quote)
        )
    except csv.Error:
        return None
