"""Rows of a block read one by one, for the rules."""

import csv
from collections.abc import Iterable
from typing import Final

from csvgate.csv.decoding import decode
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer, Record
from csvgate.validation.batch import RejectedRow, rejected_row
from csvgate.validation.fast.block_records import Framed
from csvgate.validation.fast.table import Table
from csvgate.validation.faults import Fault


class Reader:
    def __init__(self, framed: Framed, table: Table, grammar: Grammar) -> None:
        self._framed: Final = framed
        self._table: Final = table
        self._grammar: Final = grammar

    def line(self, row: int) -> int:
        return self._framed.lines.item(row)

    def record(self, row: int) -> Record:
        """As the `Framer` reads it."""
        read = self._framed.read.get(row)
        return self._sound(row) if read is None else read

    def texts(self, place: int, fields: Iterable[int]) -> dict[int, str]:
        """Of these fields of a row, by its place in the table, the cells as the `Framer` reads
        them."""
        columns = self._table.columns
        return {field: decode(columns[field].cell(place))[0] for field in fields}

    def rejected(self, row: int, faults: tuple[Fault, ...]) -> RejectedRow:
        read = self._framed.read.get(row)
        if read is not None:
            return rejected_row(read, faults)
        return RejectedRow(self.line(row), *self._bytes(row), True, faults)

    def _bytes(self, row: int) -> tuple[bytes, bytes]:
        """As they are, and the terminator."""
        framed = self._framed
        data = framed.block.data[framed.starts.item(row) : framed.ends.item(row)]
        raw = data.rstrip(b"\r\n")
        return raw, data[len(raw) :]

    def _sound(self, row: int) -> Record:
        line, (raw, terminator) = self.line(row), self._bytes(row)
        text, valid = decode(raw)
        cells = self._grammar.split(text)
        if cells is None:
            cells = _split(text, self._grammar)
        if cells is None:
            return next(Framer([raw + terminator], self._grammar, line=line).records())
        return Record(line, raw, terminator, cells, valid)


def _split(text: str, grammar: Grammar) -> list[str] | None:
    """The cells of a record whose quotes are sound: then Python's own reader, which is faster,
    makes the same of them. None when it will not read it."""
    try:
        return next(
            csv.reader([text], "excel", delimiter=grammar.delimiter, quotechar=grammar.quote)
        )
    except csv.Error:  # too long for it
        return None
