"""One cell of one field: its text made into the column's value, or into all that is wrong with it.

A cell of `missingValues` is null. Otherwise type (and format) come first; when they hold, every
constraint and the fit to the BigQuery column are checked, and all their faults told at once. A
foreign key of this field alone compares the column's value, so it needs one that fits.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from csvgate.contracts.model import Schema, SchemaField
from csvgate.contracts.table import column_type
from csvgate.types.bigquery import BigQueryType
from csvgate.types.cell_fault import CellFault
from csvgate.types.fit import fit
from csvgate.types.numbers import integer_reader, number_reader
from csvgate.types.periods import duration_reader, year_reader, yearmonth_reader
from csvgate.types.string_formats import FORMATS
from csvgate.types.structured import array_reader, geopoint_reader, object_reader
from csvgate.types.temporal import date_reader, datetime_reader, time_reader
from csvgate.validation.constraints import checks
from csvgate.validation.foreign_keys import Known

_REQUIRED: Final = ("constraint.required", "is required, and empty")


class Cells(dict[str, object]):
    """`cells[text]` is the value of a field's cell; raises CellFault.

    Remembers the first distinct texts that are short, and what is wrong with others: many columns
    have few of them, and looking one up costs a tenth of checking it.
    """

    _MOST: Final = 4096
    _MOST_TOGETHER: Final = 65_536
    """By all columns of a file, which may have thousands: about 16 MB."""
    _SHORT: Final = 64

    def __init__(
        self, field: SchemaField, schema: Schema, *, required: bool, foreign: Sequence[Known] = ()
    ) -> None:
        super().__init__()
        self.faulty: Final = dict[str, tuple[tuple[str, str], ...]]()
        """The others it remembers: what it raises, without raising it."""
        self._most: Final = min(self._MOST, self._MOST_TOGETHER // len(schema.fields))
        self._required = required
        given = field.missing_values
        self._missing: Final = frozenset(schema.missing_values if given is None else given)
        column = column_type(field)
        self._type: Final = _type_reader(field, column)
        self._checks: Final = tuple(checks(field))
        as_it_is = field.type in ("string", "any") and column == BigQueryType("STRING")
        self._foreign: Final = foreign
        self._fit: Final = None if as_it_is else fit(column, field.type)

    def __missing__(self, text: str) -> object:
        if text in self.faulty:
            raise CellFault(*self.faulty[text])
        try:
            value = self._read(text)
        except CellFault as error:
            if self._has_room(text):
                self.faulty[text] = error.faults
            raise
        if self._has_room(text):
            self[text] = value
        return value

    def _has_room(self, text: str) -> bool:
        return len(self) + len(self.faulty) < self._most and len(text) <= self._SHORT

    def _read(self, text: str) -> object:
        if text in self._missing:
            if self._required:
                raise CellFault(_REQUIRED)
            return None
        value: Any = self._type(text) if self._type else text
        faults: list[tuple[str, str]] = []
        for check in self._checks:
            if (fault := check(text, value)) is not None:
                faults.append(fault)
        if self._fit:
            try:
                value = self._fit(text, value)
            except CellFault as error:
                raise CellFault(*faults, *error.faults) from None
        for known, fault in self._foreign:
            if value not in known:
                faults.append(fault)
        if faults:
            raise CellFault(*faults)
        return value


def _type_reader(field: SchemaField, column: BigQueryType) -> Callable[[str], Any] | None:
    match field.type:
        case "integer":
            return integer_reader(field)
        case "number":
            return number_reader(field)
        case "boolean":
            return _boolean_reader(field)
        case "date":
            return date_reader(field)
        case "time":
            return time_reader(field)
        case "datetime":
            return datetime_reader(field, column.kind)
        case "year":
            return year_reader()
        case "yearmonth":
            return yearmonth_reader()
        case "duration":
            return duration_reader()
        case "geopoint":
            return geopoint_reader(field.format)
        case "object":
            return object_reader()
        case "array":
            return array_reader()
        case "any":
            return None
        case "string":
            return _format_reader(field.format)


def _format_reader(name: str) -> Callable[[str], str] | None:
    if name == "default":
        return None
    matches, code, message = FORMATS[name]

    def read(text: str) -> str:
        if not matches(text):
            raise CellFault((code, message))
        return text

    return read


def _boolean_reader(field: SchemaField) -> Callable[[str], bool]:
    words = dict.fromkeys(field.false_values, False) | dict.fromkeys(field.true_values, True)
    true, false = ", ".join(field.true_values), ", ".join(field.false_values)
    message = f"is neither true ({true}) nor false ({false})"

    def read(text: str) -> bool:
        value = words.get(text)
        if value is None:
            raise CellFault(("type.boolean", message))
        return value

    return read
