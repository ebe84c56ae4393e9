"""A contract being guessed: what the YAML will say, and why."""

from dataclasses import dataclass, field
from typing import Final

from csvgate.contracts.header_labels import fold
from csvgate.types.registry import FIELD_TYPES

TEXT: Final = "string"


@dataclass(slots=True)
class Column:
    """A field of the contract. `label` is the header's, empty where there is none.

    `format` and the rest are None where the contract need not say them; `notes` become a comment.
    """

    name: str
    label: str = ""
    type: str = TEXT
    format: str | None = None
    bigquery: str = FIELD_TYPES[TEXT].default_column
    decimal_char: str | None = None
    group_char: str | None = None
    true_values: tuple[str, ...] | None = None
    false_values: tuple[str, ...] | None = None
    missing_values: tuple[str, ...] | None = None
    required: bool = False
    unique: bool = False
    minimum: int | None = None
    enum: tuple[str, ...] | None = None
    sensitive: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def renamed(self) -> bool:
        """Whether a header would not find the column by its name."""
        return fold(self.label) != fold(self.name)

    def become_text(self, why: str) -> None:
        """The type that takes every value."""
        self.type, self.bigquery = TEXT, FIELD_TYPES[TEXT].default_column
        self.format = self.decimal_char = self.group_char = None
        self.true_values = self.false_values = self.missing_values = None
        self.minimum = self.enum = None
        self.sensitive = False
        self.notes = [why]


@dataclass(frozen=True, slots=True)
class Shape:
    """How the file is written."""

    delimiter: str = ","
    quote_char: str = '"'
    escape_char: str | None = None
    skip_initial_space: bool = False

    def as_dialect(self) -> dict[str, object]:
        """In CSV Dialect's names."""
        dialect: dict[str, object] = {"delimiter": self.delimiter, "quoteChar": self.quote_char}
        if self.escape_char:
            dialect |= {"doubleQuote": False, "escapeChar": self.escape_char}
        if self.skip_initial_space:
            dialect["skipInitialSpace"] = True
        return dialect


@dataclass(slots=True)
class Draft:
    dataset: str
    match: tuple[str, ...]
    encoding: str
    shape: Shape
    header: bool
    preamble_lines: int
    """Lines to pass over: those of a header whose labels do not tell columns apart."""
    columns: list[Column]
    rows: int
    """In the sample."""
    whole: bool
    """Whether the sample is all of the file."""
    encoding_note: str = ""
    origin: str = ""
    """What it is written from, in words."""
