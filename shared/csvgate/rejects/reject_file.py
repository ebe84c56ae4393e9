"""Writes the reject file: the rejected rows unchanged, each preceded by its line and its faults.

The two added columns come first, so that rows with too few or too many cells still line up.
"""

from collections.abc import Iterator
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.encodings import ByteOrderMark
from csvgate.csv.header import Header
from csvgate.rejects.cell_writer import CellWriter
from csvgate.validation.batch import Batch, RejectedRow
from csvgate.validation.faults import Fault

LINE: Final = "_csvgate_line"
ERRORS: Final = "_csvgate_errors"
_MOST_REMEMBERED: Final = 1024
"""The number of texts of faults to remember. Most messages repeat; those with numbers do not."""


class RejectFile:
    """Formats rejected rows. Its state is whether the header is written, and a cache."""

    def __init__(self, contract: Contract) -> None:
        self._delimiter: Final = contract.dialect.delimiter.encode()
        self._writer: Final = CellWriter(contract.dialect)
        self._has_header = False
        self._errors: dict[tuple[str, str | None, str, str], bytes] = {}
        """The formatted faults of rows with a single one, by encoding, column, code and message."""

    def render(self, batch: Batch) -> bytes:
        """Return the bytes to append for a batch: the rejected rows, in the original's encoding,
        delimiter, quoting and line ends. The first batch with rejected rows adds the header."""
        return b"".join(self.pieces(batch))

    def pieces(self, batch: Batch) -> Iterator[bytes]:
        """Yield what `render` returns, one piece for each rejected row. The first piece of all
        begins with the header."""
        mark = ByteOrderMark.of(batch.header.mark)
        for row in batch.rejected:
            if self._has_header:
                yield self._row(row, mark)
            else:
                self._has_header = True
                yield self._head(batch.header, mark) + self._row(row, mark)

    def _head(self, header: Header, mark: ByteOrderMark) -> bytes:
        if not header.raw:
            return mark
        added = self._delimiter.join([LINE.encode("ascii"), ERRORS.encode("ascii"), b""])
        rows = [added, header.raw, header.terminator]
        for raw, terminator in header.further_rows:
            rows += [2 * self._delimiter, raw, terminator]
        return mark + mark.to_file_encoding(b"".join(rows))

    def _row(self, row: RejectedRow, mark: ByteOrderMark) -> bytes:
        # A row whose quoting is broken would break the rows after it, so it becomes a single cell.
        cells = row.raw if row.well_formed else self._writer.record(row.raw)
        added = self._delimiter.join((b"%d" % row.line, self._errors_cell(row.faults, mark), cells))
        return mark.to_file_encoding(added + row.terminator)

    def _errors_cell(self, faults: tuple[Fault, ...], mark: ByteOrderMark) -> bytes:
        if len(faults) != 1:
            return self._writer.message(mark.message_bytes(errors_text(faults)))
        _, column, code, _, message = faults[0]
        key = mark.message_encoding, column, code, message
        found = self._errors.get(key)
        if found is None:
            if len(self._errors) == _MOST_REMEMBERED:
                self._errors.clear()
            found = self._writer.message(mark.message_bytes(errors_text(faults)))
            self._errors[key] = found
        return found


def errors_text(faults: tuple[Fault, ...]) -> str:
    """Return `column: code message; column: code message` in one line. A fault of the whole row
    has no column."""
    return "; ".join(map(_fault_text, faults))


def _fault_text(fault: Fault) -> str:
    where = f"{fault.column}: " if fault.column else ""
    return " ".join(f"{where}{fault.code} {fault.message}".split())
