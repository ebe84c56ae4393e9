"""The base class of all field types: what a type declares, and the behaviour most types share."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple, Protocol

from csvgate.types.bigquery import BigQueryType

Scalar = str | bool | int | float
"""A value as YAML has it."""
Reader = Callable[[str], Any]
"""Takes a cell's text; returns the value, or raises CellFault."""
Fit = Callable[[str, Any], object]
"""Takes a cell's text and its value; returns the column's value, or raises CellFault."""

LENGTHS: Final = frozenset(("minLength", "maxLength"))
BOUNDS: Final = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))


class CellFault(Exception):
    """One or more faults of one cell, as (code, message) in the order of the rules. The caller
    knows the line and the column."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__(*faults)
        self.faults = faults


class FieldConstraints(Protocol):
    """The constraints of a field that its type reads."""

    @property
    def min_length(self) -> int | None: ...
    @property
    def max_length(self) -> int | None: ...
    @property
    def pattern(self) -> str | None: ...
    @property
    def minimum(self) -> Scalar | None: ...
    @property
    def maximum(self) -> Scalar | None: ...
    @property
    def exclusive_minimum(self) -> Scalar | None: ...
    @property
    def exclusive_maximum(self) -> Scalar | None: ...


class Field(Protocol):
    """The properties of a contract's field that its type reads.

    The contract's own model depends on the registry for the names of types, so types cannot depend
    on the model.
    """

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats of the cells: one, or several for types that may have several."""

    @property
    def constraints(self) -> FieldConstraints: ...
    @property
    def language(self) -> str | None: ...
    @property
    def timezone(self) -> str | None: ...
    @property
    def decimal_char(self) -> str: ...
    @property
    def group_char(self) -> str | None: ...
    @property
    def bare_number(self) -> bool: ...
    @property
    def affixes(self) -> tuple[str, ...]: ...
    @property
    def percent_as_fraction(self) -> bool: ...
    @property
    def negative(self) -> tuple[str, ...]: ...
    @property
    def whole_decimals(self) -> bool: ...
    @property
    def trim(self) -> bool | None: ...
    @property
    def item_type(self) -> str: ...
    @property
    def delimiter(self) -> str: ...
    @property
    def true_values(self) -> tuple[str, ...]: ...
    @property
    def false_values(self) -> tuple[str, ...]: ...


class KernelName(Enum):
    """The vectorised readers of `csvgate.validation.fast.kernels`. Types name them and do not
    import them, so that a function that reads no files neither ships nor loads them."""

    STRINGS = auto()
    INTEGERS = auto()
    DECIMALS = auto()
    DATES = auto()
    TIMESTAMPS = auto()
    """Timestamps, which have a time zone."""
    LOCAL_TIMESTAMPS = auto()
    """Dates and times that do not have a time zone."""
    ANY_TIMESTAMPS = auto()
    """Dates and times with or without a time zone."""
    TIMES = auto()
    YEARS = auto()
    YEARMONTHS = auto()
    GEOPOINTS = auto()
    DURATIONS = auto()
    """Durations in columns that have their text."""


class TypeFault(NamedTuple):
    """A fault code that belongs to one type, as docs/faults.md explains it."""

    code: str
    title: str
    meaning: str
    example: str
    """A cell that has the fault, in a field of the type and of `format`."""
    format: str = "default"
    properties: Mapping[str, str] = MappingProxyType({})
    """Other properties of the field."""


class FieldType(ABC):
    """A type of Table Schema. Each is one subclass in one module, and one line in the registry."""

    name: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    """The BigQuery types that hold every value of the type; the default first."""
    example: ClassVar[str]
    """A cell that the type reads in its default format."""
    declared_as: ClassVar[str]
    """How a contract writes a value of the type (`minimum`, `enum`), as the end of "is not …"."""
    faults: ClassVar[tuple[TypeFault, ...]]
    """The codes that only this type raises. Those of the column are shared: `bigquery.range`, …"""
    formats: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Named formats beside `default`, and the BigQuery types that each can go into."""
    properties: ClassVar[frozenset[str]] = frozenset()
    """Properties of a field that apply to some types only, and to this one."""
    takes_formats: ClassVar[bool] = False
    """True if the format of a field may be a list of formats."""
    constraints: ClassVar[frozenset[str]] = frozenset()
    """Constraints that apply to some types only, and to this one: `BOUNDS`, `LENGTHS`, pattern."""
    length_unit: ClassVar[str] = "characters"
    """The unit that minLength and maxLength count."""
    is_text: ClassVar[bool] = False
    """True if the value of a cell is its text."""
    usually_repeats: ClassVar[bool] = False
    """True if a column of the type is likely to have few distinct cells."""
    hashable: ClassVar[Callable[..., Hashable] | None] = None
    """Makes a cell's value comparable with declared ones; None if it already is."""

    @property
    def default_column(self) -> str:
        """The BigQuery type of a field that does not give one."""
        return self.columns[0]

    def cast(self, value: Scalar) -> Any:
        """Return a value that a contract declares (`minimum`, `enum`) as one to compare a cell's
        value with. It is written the same way whatever `format` or `decimalChar` the file uses.

        Raises ValueError with a message for the contract's author.
        """
        try:
            found = self.parse_declared(value)
        except ValueError:  # the 30th of February
            found = None
        if found is None:
            shown = str(value).lower() if isinstance(value, bool) else repr(value)
            raise ValueError(f"{shown} is not {self.declared_as}")
        return found

    @abstractmethod
    def parse_declared(self, value: Scalar) -> Any:
        """Return the declared value, or None if it is not one of this type. May raise ValueError
        too."""

    def check_comparable(self, value: Any, column: BigQueryType) -> None:  # noqa: B027
        """Raises ValueError if a declared value cannot be compared with the cells of a column."""

    def format_problem(self, name: str, column: str | None) -> str | None:
        """Return what is wrong with a field's format; None if nothing is. `column` is the kind of
        its BigQuery type, None if that is wrong too."""
        if name == "default":
            return None
        if name not in self.formats:
            return f"{name!r} is not a format of {self.name}; use {', '.join(self.format_names)}"
        fitting = self.formats[name]
        if column is not None and column not in fitting:
            return f"{column} does not hold {name}; use {' or '.join(fitting)}"
        return None

    @property
    def format_names(self) -> tuple[str, ...]:
        """The named formats, with the default one."""
        return ("default", *self.formats)

    @abstractmethod
    def reader(self, field: Field, column: BigQueryType) -> Reader | None:
        """Reads the cells of a field; None if the value of each cell is its text."""

    def fit(self, column: BigQueryType) -> Fit | None:
        """Fits values to a column; None if each value already is the column's value."""
        if column.kind != "STRING":
            return self.fit_value(column)
        return None if self.is_text and column.length is None else _fit_text(column.length)

    def fit_value(self, column: BigQueryType) -> Fit | None:  # noqa: ARG002
        """Return the `fit` for columns that are not STRING."""
        return None

    def kernel(self, field: Field, column: BigQueryType) -> KernelName | None:  # noqa: ARG002
        """Return the kernel that reads many cells of a field at once; None where there is only the
        reader.

        The caller handles `enum`, and constraints that do not apply to the type.
        """
        return None


def _fit_text(length: int | None) -> Fit:
    """A STRING column keeps the text of the cell, whatever its value."""
    if length is None:
        return lambda text, _: text
    fault = ("bigquery.length", f"has more than the {length} characters of its column")

    def fit(text: str, _: object) -> str:
        if len(text) > length:
            raise CellFault(fault)
        return text

    return fit
