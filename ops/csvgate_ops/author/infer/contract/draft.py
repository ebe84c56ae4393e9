"""The draft of a contract: the contents of its YAML file and its comments."""

from dataclasses import dataclass, field
from typing import Final

from csvgate.contracts.header_labels import fold
from csvgate.types.registry import FIELD_TYPES

TEXT: Final = "string"


@dataclass(slots=True)
class Column:
    """A field of the contract. `label` is its label in the header, or empty.

    Properties that are None are left out of the contract; `notes` become a comment.
    """

    name: str
    label: str = ""
    labelled: bool = False
    """True if the header has a blank label for the column, which the contract must state."""
    type: str = TEXT
    format: str | tuple[str, ...] | None = None
    language: str | None = None
    delimiter: str | None = None
    item_type: str | None = None
    """The properties of a list."""
    bigquery: str = FIELD_TYPES[TEXT].default_column
    decimal_char: str | None = None
    group_char: str | None = None
    affixes: tuple[str, ...] | None = None
    negative: tuple[str, ...] | None = None
    trim: bool = False
    whole_decimals: bool = False
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
        """Return whether the label in the header differs from the name."""
        return self.labelled or fold(self.label) != fold(self.name)

    def become_text(self, why: str) -> None:
        """Change the type to text, which accepts every value."""
        self.type, self.bigquery = TEXT, FIELD_TYPES[TEXT].default_column
        self.format = self.language = self.decimal_char = self.group_char = None
        self.delimiter = self.item_type = None
        self.affixes = self.negative = None
        self.trim = self.whole_decimals = False
        self.true_values = self.false_values = self.missing_values = None
        self.minimum = self.enum = None
        self.sensitive = False
        self.notes = [why]


@dataclass(frozen=True, slots=True)
class Shape:
    """The dialect of the file."""

    delimiter: str = ","
    quote_char: str | None = '"'
    escape_char: str | None = None
    skip_initial_space: bool = False
    comment_char: str | None = None
    formula_text: bool = False

    def as_dialect(self) -> dict[str, object]:
        """Return the properties under their names in CSV Dialect."""
        dialect: dict[str, object] = {"delimiter": self.delimiter, "quoteChar": self.quote_char}
        if self.escape_char:
            dialect |= {"doubleQuote": False, "escapeChar": self.escape_char}
        if self.skip_initial_space:
            dialect["skipInitialSpace"] = True
        if self.comment_char:
            dialect["commentChar"] = self.comment_char
        if self.formula_text:
            dialect["formulaText"] = True
        return dialect


@dataclass(slots=True)
class Draft:
    dataset: str
    match: tuple[str, ...]
    encoding: str
    shape: Shape
    columns: list[Column]
    header: bool
    """False if columns are read by position, also because the labels do not identify them."""
    preamble_lines: int
    """Lines to skip: the header, too, if its labels do not identify the columns."""
    preamble_until: str | None
    """A pattern for the line of the header, to use instead of `preamble_lines`."""
    footer_lines: int
    rows: int
    """The number of rows in the sample."""
    complete: bool
    """True if the sample is the whole file."""
    footer_from: str | None = None
    """A pattern for the first line of the footer, to use instead of `footer_lines`."""
    header_rows: int = 1
    """The number of rows of the header, if it has one."""
    quoted_missing: bool = True
    """False if a cell in quotes is a text, even `""`."""
    trailing_delimiter: bool = False
    short_rows: bool = False
    """True if rows may lack cells at their end."""
    framed: bool = False
    """True if each line begins with the delimiter, so that the first column has no name."""
    why_by_position: str = ""
    """Why columns are read by position although their labels differ."""
    by_position: bool = False
    """True if the file has a header whose labels do not identify the columns."""
    sheet_name: str | None = None
    """The sheet to read, if the file is a workbook with several."""
    encoding_note: str = ""
    dialect_note: str = ""
    origin: str = ""
    """What the contract was drafted from, as a sentence."""
    remarks: list[str] = field(default_factory=list)
    """What the user should know, as sentences."""
