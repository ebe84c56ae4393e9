"""Sorts the cells of a block's well-formed records into columns, by field."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from csvgate.contracts.model import Dialect
from csvgate.csv.header import Header
from csvgate.validation.fast.arrays import Ints, Ints32, Mask
from csvgate.validation.fast.block_records import FramedBlock
from csvgate.validation.fast.cell_slices import DoubledQuotes, Slices
from csvgate.validation.fast.kernels.missing import MissingValues
from csvgate.validation.fast.kernels.strings.utf8 import not_text
from csvgate.validation.rescue import MOST_CHARACTERS, json_keys

_CR: Final = 13
_ESCAPED: Final = 6
"""The most characters that JSON writes for one byte of a cell."""
_BETWEEN: Final = 4
"""The characters around the cell of a JSON member: two quotes, a comma and a space."""
_MANY_RUNS: Final = 1 / 8
"""The number of runs of consecutive rows, as a share of the rows, above which copying each run
costs more than picking each cell."""
_NONE: Final = np.empty(0, np.int64)


class Table(NamedTuple):
    """The m records of a block that have the right number of cells, that no Framer read, that do
    not look like the header, whose rescued cells are text and not long, and whose quoted cells have
    the values that they would have without quotes."""

    columns: list[Slices]
    """(m,) cells each, by field of the contract."""
    rows: Ints
    """(m,) The indexes of these records in the block."""
    others: Sequence[Slices] = ()
    """(m,) cells each: the rescued columns."""


class CellSplitter:
    def __init__(
        self, dialect: Dialect, header: Header, missing: Sequence[Collection[str]] = ()
    ) -> None:
        """`missing` has for each field the texts of missing values."""
        self._quote: Final = dialect.quote_char or ""
        self._drops_last: Final = dialect.trailing_delimiter
        self._order: Final = header.order
        self.width: Final = header.width
        """The number of cells of a record."""
        self._others: Final = [at for at, _ in header.others or ()]
        keys = sum(len(key) + _BETWEEN for _, key in json_keys(header.others or ()))
        self._longest: Final = (MOST_CHARACTERS - keys) // _ESCAPED
        """The bytes of the longest record whose rescued cells are certainly not too long."""
        self._headers: Final = [
            {at: MissingValues(_spellings(row[at], at)) for at in header.order if at is not None}
            for row in header.repeatable
        ]
        """For each row of the header, what finds its cells in the columns."""
        are_texts = bool(self._quote) and not dialect.quoted_missing
        places = zip(self._order, missing, strict=True) if are_texts else ()
        self._texts: Final = [(at, MissingValues(texts)) for at, texts in places if at is not None]
        """The columns whose quoted cells are never missing values, and what finds cells that would
        be missing values without their quotes."""

    def split(self, framed: FramedBlock) -> Table:
        fits = framed.lasts - framed.firsts == self.width - 1
        longer = self._ends_with_delimiter(framed) if self._drops_last else None
        rows = np.flatnonzero(fits if longer is None else fits | longer)
        if self._others:
            rows = rows[framed.sizes.take(rows) <= self._longest]
        columns = self._columns(framed, rows, longer)
        masks = (
            self._find_headers(columns),
            *self._damaged(columns),
            *self._quoted_texts(framed, columns),
        )
        if left_out := [mask for mask in masks if mask is not None]:
            rows = rows[~np.logical_or.reduce(left_out)]
            columns = self._columns(framed, rows, longer)
        others = [columns[at] for at in self._others]
        return Table([columns[at] for at in self._order], rows, others)

    def _damaged(self, columns: Mapping[int | None, Slices]) -> Iterator[Mask | None]:
        """Yield for each rescued column which of its cells (m,) are not text."""
        return (not_text(columns[at].binary) for at in self._others)

    def _quoted_texts(
        self, framed: FramedBlock, columns: Mapping[int | None, Slices]
    ) -> Iterator[Mask | None]:
        """Yield for each column which of its cells (m,) would be missing values without their
        quotes, if quoted cells are never missing values."""
        text = np.frombuffer(framed.block.data, np.uint8)
        for at, missing in self._texts:
            found = missing.where(columns[at])
            if found is not None:
                yield found & (text.take(columns[at].starts - 1) == ord(self._quote))

    def _find_headers(self, columns: Mapping[int | None, Slices]) -> Mask | None:
        """(m,) True for rows whose cells in the columns of the fields are those of a row of the
        header; None if there are none."""
        found: Mask | None = None
        for cells_of_header in self._headers:
            repeated: Mask | None = None
            # The lengths of cells with doubled quotes take longer to find.
            for at in sorted(cells_of_header, key=lambda at: len(columns[at].doubled)):
                equal = cells_of_header[at].where(columns[at])
                repeated = equal if repeated is None or equal is None else repeated & equal
                if repeated is None or not repeated.any():
                    repeated = None
                    break
            if repeated is not None:
                found = repeated if found is None else found | repeated
        return found

    def _columns(
        self, framed: FramedBlock, rows: Ints, longer: Mask | None
    ) -> dict[int | None, Slices]:
        """Return the cells of these rows by their place in a record, None for absent columns."""
        width = self.width
        text = np.frombuffer(framed.block.data, np.uint8)
        columns: dict[int | None, Slices] = {}
        starts, firsts = framed.starts[rows].astype(np.int32), framed.firsts[rows]
        quoted = None if framed.quoted is None else _Quoted.of(framed.quoted, firsts, width)
        all_ends = _ends(framed.separators, firsts, width)
        if b"\r" in framed.block.data:
            before_lf = text.take(all_ends[-1] - 1) == _CR
            if longer is not None:
                before_lf &= ~longer[rows]
            all_ends[-1] -= before_lf
        # Before any column is made, which changes the ends.
        all_starts = {
            cell: all_ends[cell - 1] + 1 if cell else starts
            for cell in (*self._order, *self._others)
            if cell is not None
        }
        for cell, starts in all_starts.items():
            ends = all_ends[cell]
            quoted_rows = (
                quoted.rows(cell)
                if quoted is not None
                else np.flatnonzero(text.take(starts) == ord(self._quote))
            )
            columns[cell] = self._slices(framed, starts, ends, quoted_rows)
        if None in self._order:
            columns[None] = self._absent(framed, len(rows))
        return columns

    def _absent(self, framed: FramedBlock, count: int) -> Slices:
        """Return the empty cells of a column that the file does not have."""
        zeros = np.zeros(count, np.int32)
        return Slices(framed.block, zeros, zeros, _NONE, self._quote, framed.block.has_zeros)

    def _ends_with_delimiter(self, framed: FramedBlock) -> Mask:
        """Return for each record whether it has one more cell than the header, which is empty and
        not quoted."""
        text = np.frombuffer(framed.block.data, np.uint8)
        found: Mask = framed.lasts - framed.firsts == self.width
        rows = np.flatnonzero(found)
        lasts = framed.lasts[rows]
        ends = framed.separators.take(lasts)
        lengths = ends - framed.separators.take(lasts - 1) - 1
        lengths -= text.take(ends - 1) == _CR
        found[rows[lengths != 0]] = False
        return found

    def _slices(self, framed: FramedBlock, starts: Ints32, ends: Ints32, quoted: Ints) -> Slices:
        """Return the cells without the quotes around them. Changes `starts` and `ends`."""
        starts[quoted] += 1
        ends[quoted] -= 1
        quotes = _quotes_in(framed.doubled, starts, ends, quoted)
        # Quotes in the same cell follow each other, so its index is kept only once.
        doubled = quotes.cells[np.diff(quotes.cells, prepend=-1) > 0]
        has_zeros = framed.block.has_zeros
        return Slices(framed.block, starts, ends, doubled, self._quote, has_zeros, quotes)


def _spellings(label: str, at: int) -> tuple[str, ...]:
    """Return the cells that repeat a label: the first one may follow a byte order mark."""
    return (label,) if at else (label, f"\ufeff{label}")


class _Quoted(NamedTuple):
    """The k cells of a table that begin with a quote, by column."""

    of_rows: Ints
    """(k,) The row of each."""
    limits: Ints
    """(width + 1,) Where the cells of each column begin and end in `of_rows`."""

    @staticmethod
    def of(quoted: Ints, firsts: Ints, width: int) -> "_Quoted":
        """`quoted` are the indexes of such cells among all cells of the block, `firsts` (m,) the
        index of the first cell of each row."""
        rows = np.searchsorted(firsts, quoted, side="right") - 1
        columns = quoted - firsts.take(rows, mode="clip") if len(firsts) else rows
        inside = (rows >= 0) & (columns < width)
        rows, columns = rows[inside], columns[inside]
        order = np.argsort(columns, kind="stable")
        limits = np.searchsorted(columns.take(order), np.arange(width + 1))
        return _Quoted(rows.take(order), limits)

    def rows(self, column: int) -> Ints:
        """Return the rows whose cell in this column begins with a quote, in order."""
        found: Ints = self.of_rows[self.limits[column] : self.limits[column + 1]]
        return found


def _ends(separators: Ints32, firsts: Ints, width: int) -> Ints32:
    """(width, m) The position after each cell, for rows of `width` cells. `firsts` (m,) are the
    indexes of the separators after their first cells."""
    # Runs of consecutive rows are copied at once.
    breaks = (np.flatnonzero(np.diff(firsts) != width) + 1).tolist()
    if len(breaks) > _MANY_RUNS * len(firsts):
        return separators.take(firsts + np.arange(width)[:, None])
    begins = [0, *breaks] if len(firsts) else []
    runs = zip(begins, [*breaks, len(firsts)], strict=False)
    parts = [separators[firsts[start] : firsts[end - 1] + width] for start, end in runs]
    return np.ascontiguousarray(np.concatenate([separators[:0], *parts]).reshape(-1, width).T)


def _quotes_in(positions: Ints, starts: Ints32, ends: Ints32, among: Ints) -> DoubledQuotes:
    """Return those of the doubled quotes at these positions that are in cells `among` these."""
    if not len(positions) or not len(among):
        return DoubledQuotes(_NONE, _NONE)
    starts, ends = starts.take(among), ends.take(among)
    at = np.searchsorted(starts, positions, side="right") - 1
    inside = np.flatnonzero((at >= 0) & (positions < ends.take(at, mode="clip")))
    return DoubledQuotes(among.take(at.take(inside)), positions.take(inside))
