"""`dialect`: Frictionless CSV Dialect, by its property names."""

from typing import Annotated, Final, Literal

from pydantic import Field

from csvgate.contracts.table_schema import Model

MAX_PREAMBLE_LINES: Final = 1000
"""The lines that may come before the header."""
MAX_FOOTER_LINES: Final = 20
"""The lines that may come after the rows, not counting blank ones at the end. They are held in
memory while a file is read."""


class Dialect(Model):
    """How the CSV file is written."""

    delimiter: str = Field(",", description="The text between cells, of 1 to 10 characters.")
    quote_char: str | None = Field(
        '"',
        alias="quoteChar",
        description="The character around cells that need quotes; with null, quotes are text.",
    )
    double_quote: bool = Field(
        True, alias="doubleQuote", description="A quote inside a quoted cell is written twice."
    )
    escape_char: str | None = Field(
        None,
        alias="escapeChar",
        description="The character after which the next one is taken literally, also a line break. "
        "Cells that contain it are compared with missingValues as they are written.",
    )
    skip_initial_space: bool = Field(
        False, alias="skipInitialSpace", description="Ignore spaces after a delimiter."
    )
    quoted_missing: bool = Field(
        True,
        alias="quotedMissing",
        description="If false, a quoted cell is never a missing value: the empty text is written "
        "in quotes, a missing value without.",
    )
    formula_text: bool = Field(
        False,
        alias="formulaText",
        description='A cell written as ="00123", with which Excel keeps zeros, is the text 00123.',
    )
    short_rows: Literal["refuse", "pad"] = Field(
        "refuse",
        alias="shortRows",
        description="pad: cells that are missing at the end of a row are missing values.",
    )
    trailing_delimiter: bool = Field(
        False,
        alias="trailingDelimiter",
        description="An empty cell after the last column is dropped, in the header and in rows.",
    )
    sheet_name: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        None,
        alias="sheetName",
        description="The name of the sheet to read if a file is an Excel workbook (.xlsx) with "
        "several visible ones.",
    )
    sheet_number: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None,
        alias="sheetNumber",
        description="Instead of sheetName: the number of the sheet, from 1, counting hidden ones.",
    )
    header: bool = Field(True, description="The first record names the columns.")
    header_rows: tuple[int, ...] = Field(
        (1,),
        alias="headerRows",
        description="The records that make up the header: [1], [1, 2] and so on.",
    )
    header_join: str = Field(
        " ",
        alias="headerJoin",
        description="The text between the labels of a column in several header rows.",
    )
    comment_char: str | None = Field(
        None, alias="commentChar", description="Lines that start with this character are skipped."
    )
    preamble_lines: Annotated[int, Field(ge=0, le=MAX_PREAMBLE_LINES)] = Field(
        0, alias="preambleLines", description="The number of lines to skip before the header."
    )
    preamble_until: str | None = Field(
        None,
        alias="preambleUntil",
        description="Instead of preambleLines: skip the lines before the first in which this "
        "regular expression in RE2 syntax is found.",
    )
    footer_lines: Annotated[int, Field(ge=0, le=MAX_FOOTER_LINES)] = Field(
        0,
        alias="footerLines",
        description="The number of lines to skip at the end, not counting blank lines after them.",
    )
    footer_from: str | None = Field(
        None,
        alias="footerFrom",
        description="Instead of footerLines: skip the end of the file from the first of its last "
        "20 lines in which this regular expression in RE2 syntax is found.",
    )
