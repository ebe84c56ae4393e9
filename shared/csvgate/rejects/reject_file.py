"""The reject file: the rejected rows as they were, each with its line and its reasons before it.

The two columns of ours come first, so that rows with too few or too many cells still line up.
"""

from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.encodings import ByteOrderMark
from csvgate.csv.header import Header
from csvgate.validation.faults import Fault
from csvgate.validation.validate import Batch, RejectedRow

LINE: Final = "_csvgate_line"
ERRORS: Final = "_csvgate_errors"


class RejectFile:
    """Formats, and remembers only whether it has written the header yet."""

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
            # In a dialect that cannot write a quote, the nearest thing to one.
            self._quote_inside = "`"
        self._begun = False

    def render(self, batch: Batch) -> bytes:
        """The bytes to append for a batch: nothing when it has no rejected rows, and the header
        before the first that has. In the original's encoding, delimiter, quoting and line ends."""
        if not batch.rejected:
            return b""
        mark = ByteOrderMark.of(batch.header.mark)
        head = b"" if self._begun else self._head(batch.header, mark)
        self._begun = True
        return head + b"".join(self._row(row, mark) for row in batch.rejected)

    def _head(self, header: Header, mark: ByteOrderMark) -> bytes:
        if not header.raw:
            return mark
        ours = self._delimiter.join([LINE.encode("ascii"), ERRORS.encode("ascii"), b""])
        return mark + mark.original(ours + header.raw + header.terminator)

    def _row(self, row: RejectedRow, mark: ByteOrderMark) -> bytes:
        errors = self._quoted(mark.spelt(errors_text(row.faults)))
        # A row whose quoting is broken would break the rows after it: it goes into one cell.
        cells = row.raw if row.sound else self._quoted(row.raw)
        line = str(row.line).encode("ascii")
        return mark.original(self._delimiter.join([line, errors, cells]) + row.terminator)

    def _quoted(self, raw: bytes) -> bytes:
        quote, inside = self._quote.encode("ascii"), self._quote_inside.encode("ascii")
        if self._escape:
            escape = self._escape.encode("ascii")
            raw = raw.replace(escape, escape * 2)
        return quote + raw.replace(quote, inside) + quote


def errors_text(faults: tuple[Fault, ...]) -> str:
    """`column: code message; column: code message`, in one line; without a column for a fault of
    the row as a whole."""
    return "; ".join(map(_one, faults))


def _one(fault: Fault) -> str:
    where = f"{fault.column}: " if fault.column else ""
    return " ".join(f"{where}{fault.code} {fault.message}".split())
