"""The cells of a block's sound records, as one array of bytes for each field."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from csvgate.contracts.model import Dialect
from csvgate.engine.vector.framing import Framed
from csvgate.engine.vector.utf8 import damaged

_MARK: Final = b"\xef\xbb\xbf"


class Table(NamedTuple):
    columns: list["pa.Array"]
    """Of each field of the contract its cells, `binary`; m of them."""
    rows: npt.NDArray[np.int64]
    """(m,) Which records of the block these are; the others have another number of cells, or have
    been read already."""


class Splitter:
    r"""pyarrow's parser. It is laxer than ours, which does not show: it only gets records whose
    quotes are all in order, without any \r but before \n."""

    def __init__(self, dialect: Dialect, order: tuple[int, ...]) -> None:
        names = [str(i) for i in range(len(order))]
        self._names: Final = names
        self._fields: Final = [names[i] for i in order]
        self._convert: Final = pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()), strings_can_be_null=False
        )
        self._dialect: Final = dialect

    def split(self, framed: Framed) -> Table:
        """Without rows when the parser's records are not those that were framed."""
        sound = np.ones(len(framed.starts), np.bool_)
        sound[list(framed.read)] = False
        rows = np.flatnonzero(sound)
        # pyarrow cannot hand over a row that is not UTF-8 but has another number of cells.
        unfit = rows[damaged(framed.data, framed.ends[rows])]
        if len(unfit):
            sound[unfit] = False
            rows = np.flatnonzero(sound)
        if not len(rows):
            return self._nothing()
        odd: list[int] = []

        def skip(row: "pa.csv.InvalidRow") -> str:
            odd.append(row.number - 1)
            return "skip"

        table = self._read(_joined(framed, unfit), skip)
        if table.num_rows + len(odd) != len(rows):
            return self._nothing()
        if odd:
            rows = np.delete(rows, odd)
        return Table([_whole(table.column(name)) for name in self._fields], rows)

    def _read(self, source: "pa.Buffer", skip: "Callable[[pa.csv.InvalidRow], str]") -> "pa.Table":
        return pa.csv.read_csv(
            pa.BufferReader(source),
            read_options=pa.csv.ReadOptions(
                use_threads=False, block_size=len(source) + 1, column_names=self._names
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=self._dialect.delimiter,
                quote_char=self._dialect.quote_char,
                double_quote=True,
                escape_char=False,
                newlines_in_values=True,
                ignore_empty_lines=True,
                invalid_row_handler=skip,
            ),
            convert_options=self._convert,
        )

    def _nothing(self) -> Table:
        return Table([pa.array([], pa.binary())] * len(self._fields), np.empty(0, np.int64))


def _joined(framed: Framed, without: npt.NDArray[np.int64]) -> "pa.Buffer":
    """The bytes of all sound records but these."""
    cuts = zip(framed.starts[without].tolist(), framed.ends[without].tolist(), strict=True)
    ranges = list(_around(framed.ranges, list(cuts)))
    view = memoryview(framed.data)
    # Without the line before it, pyarrow would take a mark for the file's.
    parts: list[bytes | memoryview] = [b"\n"] if framed.data.startswith(_MARK, ranges[0][0]) else []
    parts += [view[start:end] for start, end in ranges]
    # A record without a terminator is the last of the file, hence of the block.
    return pa.py_buffer(parts[0] if len(parts) == 1 else b"".join(parts))


def _around(
    ranges: list[tuple[int, int]], cuts: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The ranges without the cuts, each of which is within one of them; all in order."""
    number = 0
    for first, end in ranges:
        start = first
        while number < len(cuts) and cuts[number][0] < end:
            if cuts[number][0] > start:
                yield start, cuts[number][0]
            start = cuts[number][1]
            number += 1
        if start < end:
            yield start, end


def _whole(column: "pa.ChunkedArray") -> "pa.Array":
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
