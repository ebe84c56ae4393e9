"""Reads the records of a text in one dialect, as the engine reads them."""

from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from csvgate.contracts.model import Dialect
from csvgate.csv.marked_cell import NULL, MarkedCell
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate_ops.author.infer.contract.draft import Shape

EXAMINED: Final = 1000
"""Rows that are read in each dialect. Many more are read in the chosen one."""
_TAIL_BYTES: Final = 64 * 1024


class Row(NamedTuple):
    line: int
    """The number of its first physical line, from 1."""
    lines: int
    """The number of its physical lines."""
    cells: tuple[str, ...] | None
    """None when the quoting is broken in this dialect. A byte that is not valid in the encoding
    becomes a lone surrogate."""
    text: str
    """The record as it is in the file, for messages."""

    @property
    def width(self) -> int:
        """The number of cells, or 0 if the quoting is broken."""
        return 0 if self.cells is None else len(self.cells)


def rows(text: bytes, shape: Shape, *, line: int = 1) -> Iterator[Row]:
    """Yield the records of a UTF-8 text that begins with the given line. Blank lines and comments
    are not records."""
    grammar = Grammar(Dialect.model_validate(shape.as_dialect()))
    framer = Framer([text], grammar, line=line)
    for record in framer.records():
        cells = None if record.cells is None else tuple(map(_text, record.cells))
        raw = record.raw.decode("utf-8", "replace")
        yield Row(record.line, 1 + _line_breaks(record.raw), cells, raw)


def _text(cell: str) -> str:
    """Return the content of a cell, but NULL as databases write it: `\\N`."""
    if isinstance(cell, MarkedCell):
        return NULL if cell.is_missing((NULL,)) else str.__str__(cell)
    return cell


def first_rows(text: bytes, shape: Shape, *, line: int = 1, most: int = EXAMINED) -> list[Row]:
    """Return at most the first `most` records."""
    return list(islice(rows(text, shape, line=line), most))


def last_rows(text: bytes, shape: Shape) -> list[Row]:
    """Return the records of the last 64 KiB, which begin after a line break. Their lines are
    counted from that line break."""
    start = max(0, len(text) - _TAIL_BYTES)
    if start:
        found = text.find(b"\n", start)
        start = (found if found >= 0 else text.find(b"\r", start)) + 1
    return list(rows(text[start:], shape))


def _line_breaks(raw: bytes) -> int:
    if b"\r" not in raw:
        return raw.count(b"\n")
    return len(raw.splitlines()) - 1


def is_sound(cells: tuple[str, ...], width: int) -> bool:
    """Return whether a row has the right number of undamaged cells."""
    return len(cells) == width and not any(map(is_damaged, cells))


def is_damaged(cell: str) -> bool:
    """Return whether a cell has NUL, or bytes that are not valid in the encoding."""
    return "\0" in cell or (not cell.isascii() and any("\ud800" <= c <= "\udfff" for c in cell))
