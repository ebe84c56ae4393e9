"""Writes the reject file: the rejected rows unchanged, each preceded by its line and its faults.

The two added columns come first, so that rows with too few or too many cells still line up.
"""

from collections.abc import Iterator
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.encodings import ByteOrderMark
from csvgate.csv.header import Header
from csvgate.validation.batch import Batch, RejectedRow
from csvgate.validation.faults import Fault

LINE: Final = "_csvgate_line"
ERRORS: Final = "_csvgate_errors"


class RejectFile:
    """Formats rejected rows. Its only state is whether the header is written."""

    def __init__(self, contract: Contract) -> None:
        dialect = contract.dialect
        self._delimiter: Final = dialect.delimiter.encode("ascii")
        self._quote: Final = dialect.quote_char
        self._escape: Final = dialect.escape_char
        if dialect.double_quote:
            self._quote_inside = self._quote * 2
        elif self._escape:
            self._quote_inside = self._escape + self._quote
        else:
            # This dialect cannot write a quote inside a cell; a backtick resembles one.
            self._quote_inside = "`"
        self._has_header = False

    def render(self, batch: Batch) -> bytes:
        """Return the bytes to append for a batch: the rejected rows, in the original's encoding,
        delimiter, quoting and line ends. The first batch with rejected rows adds the header."""
        return b"".join(self.pieces(batch))

    def pieces(self, batch: Batch) -> Iterator[bytes]:
        """Yield what `render` returns, one piece for each rejected row. The first piece of all
        begins with the header."""
        mark = ByteOrderMark.of(batch.header.mark)
        for row in batch.rejected:
            head = b"" if self._has_header else self._head(batch.header, mark)
            self._has_header = True
            yield head + self._row(row, mark)

    def _head(self, header: Header, mark: ByteOrderMark) -> bytes:
        if not header.raw:
            return mark
        added = self._delimiter.join([LINE.encode("ascii"), ERRORS.encode("ascii"), b""])
        return mark + mark.to_file_encoding(added + header.raw + header.terminator)

    def _row(self, row: RejectedRow, mark: ByteOrderMark) -> bytes:
        errors = self._quoted(mark.message_bytes(errors_text(row.faults)))
        # A row whose quoting is broken would break the rows after it, so it becomes a single cell.
        cells = row.raw if row.well_formed else self._quoted(row.raw)
        line = str(row.line).encode("ascii")
        return mark.to_file_encoding(self._delimiter.join([line, errors, cells]) + row.terminator)

    def _quoted(self, raw: bytes) -> bytes:
        quote, inside = self._quote.encode("ascii"), self._quote_inside.encode("ascii")
        if self._escape:
            escape = self._escape.encode("ascii")
            raw = raw.replace(escape, escape * 2)
        return quote + raw.replace(quote, inside) + quote


def errors_text(faults: tuple[Fault, ...]) -> str:
    """Return `column: code message; column: code message` in one line. A fault of the whole row
    has no column."""
    return "; ".join(map(_fault_text, faults))


def _fault_text(fault: Fault) -> str:
    where = f"{fault.column}: " if fault.column else ""
    return " ".join(f"{where}{fault.code} {fault.message}".split())
