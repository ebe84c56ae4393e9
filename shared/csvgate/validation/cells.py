"""Reads the cells of one field: text becomes the column's value, or all the faults of the cell.

Spaces around the cell are removed if the field has `trim`, and a text of `replace` becomes another.
A cell of `missingValues` is null, or is read as the field's `default`. Otherwise the type (and
format) is checked first; if it holds, every constraint and the fit to the BigQuery column are
checked, and all their faults are reported together. A foreign key of this field alone compares the
column's value, so it is checked only if that fits.
"""

from collections.abc import Sequence
from typing import Final

from csvgate.contracts.constraints import Known, value_reader
from csvgate.contracts.model import Schema, SchemaField
from csvgate.csv.marked_cell import MarkedCell, QuotedCell, is_null
from csvgate.types.common.field_type import CellFault
from csvgate.types.common.spaces import SPACES

_NULL: Final = (
    "cell.null",
    r"is \N, which databases write for NULL; add \N to `missingValues`, or escape the backslash",
)
_QUOTED_NULL: Final = (
    "cell.null",
    r"is \N in quotes, although `dialect.quotedMissing` is false: remove the quotes if it is NULL, "
    "or escape the backslash",
)
_REQUIRED: Final = ("constraint.required", "is required, but has no value")


class Cells(dict[str, object]):
    """`cells[text]` is the value of a field's cell; raises CellFault.

    The first short texts are remembered with their values or faults: many columns have few distinct
    cells, and looking one up takes a tenth of the time of checking it.
    """

    _MAX_TEXTS: Final = 4096
    _MAX_TEXTS_OF_FILE: Final = 65_536
    """The limit for all columns of a file, of which there may be thousands: about 16 MB."""
    _FAULTY_SHARE: Final = 1 / 4
    """The number of texts with faults that are remembered, as a share of the other limit. It is a
    separate one, because wrong texts repeat even where values do not: ten ways to write a country,
    or none at all."""
    _MAX_CHARACTERS: Final = 64

    def __init__(
        self,
        field: SchemaField,
        schema: Schema,
        *,
        required: bool,
        foreign: Sequence[Known] = (),
        is_absent: bool = False,
    ) -> None:
        """`is_absent` says that the file does not have the column: its cells are empty texts, which
        are then missing values whatever `missingValues` says."""
        super().__init__()
        self.faulty: Final = dict[str, tuple[tuple[str, str], ...]]()
        """The faults of the remembered texts that have some."""
        columns = len(schema.fields)
        self._max_texts: Final = min(self._MAX_TEXTS, self._MAX_TEXTS_OF_FILE // columns)
        self._max_faulty: Final = int(self._max_texts * self._FAULTY_SHARE)
        self.default: Final = field.default
        """The text that stands for missing values, if the field has one. It is not replaced."""
        self.required: Final = required and self.default is None
        """True if a missing value is a fault."""
        self.trims: Final = schema.trim if field.trim is None else field.trim
        """True if spaces around a cell do not count."""
        given = field.missing_values
        missing = frozenset(schema.missing_values if given is None else given)
        self._become_missing: Final = frozenset(
            text for text, new in field.replace.items() if new in missing
        )
        texts = missing.difference(field.replace) | self._become_missing
        self.missing: Final = texts | {""} if is_absent else texts
        """The texts of cells without a value, those that `replace` makes so among them."""
        self.replaced: Final = {
            text: new for text, new in field.replace.items() if new not in missing
        }
        """The texts that stand for others, which are not missing."""
        self.is_absent: Final = is_absent
        if self.trims and not field.trim:
            # The items of a list are trimmed too.
            field = field.model_copy(update={"trim": self.trims})
        self.foreign: Final = foreign
        """The foreign keys of this field alone."""
        self._read_value: Final = value_reader(field, foreign)

    def __missing__(self, text: str) -> object:
        if text in self.faulty:
            raise CellFault(*self.faulty[text])
        try:
            value = self._read(text)
        except CellFault as error:
            if len(self.faulty) < self._max_faulty and len(text) <= self._MAX_CHARACTERS:
                self.faulty[text] = error.faults
            raise
        if len(self) < self._max_texts and len(text) <= self._MAX_CHARACTERS:
            self[text] = value
        return value

    def _read(self, text: str) -> object:
        if self.trims:
            text = text.strip(SPACES)
        if isinstance(text, MarkedCell):
            return self._read_marked(text)
        if text in self.missing:
            return self.missing_value()
        return self._read_value(self.replaced.get(text, text) if self.replaced else text)

    def _read_marked(self, cell: MarkedCell) -> object:
        """Read a cell whose content does not decide whether it is missing, or replaced."""
        written = cell.written
        # The contract names the text that it replaces, so quotes do not make that a value.
        if cell.is_missing(self.missing) or written in self._become_missing:
            return self.missing_value()
        if written in self.replaced:
            return self._read_value(self.replaced[written])
        if is_null(cell):
            raise CellFault(_QUOTED_NULL if isinstance(cell, QuotedCell) else _NULL)
        return self._read_value(str(cell))

    def missing_value(self) -> object:
        """Return the value of a missing cell. Raises CellFault."""
        if self.default is not None:
            return self._read_value(self.default)
        if self.required:
            raise CellFault(_REQUIRED)
        return None
