"""The fault codes of rows that cannot be divided into cells."""

from typing import Final

from csvgate.validation.codes.code import Code

ROW_CODES: Final = (
    Code(
        "row.too_few_fields",
        "The row is too short",
        "It has fewer cells than the header. Perhaps a delimiter is missing, or a cell contains a "
        "line break and is not quoted.",
    ),
    Code(
        "row.too_many_fields",
        "The row is too long",
        "It has more cells than the header. Perhaps a cell contains a delimiter and is not quoted. "
        "If rows end with a delimiter, set the contract's `dialect.trailingDelimiter`.",
    ),
    Code(
        "row.repeated_header",
        "The row repeats the header",
        "Its cells are the labels of the header, or those of one of its rows. This happens when "
        "files are joined. Remove the line. A header with a single label is not recognised.",
    ),
    Code(
        "row.stray_quote",
        "A quote is in the wrong place",
        "A cell contains a quote but does not begin with one, or text follows the closing quote. "
        'Quote the whole cell and double the quotes inside it. Cells like ="00123", with which '
        "Excel keeps zeros, are read if the contract's `dialect.formulaText` is true.",
    ),
    Code(
        "row.unclosed_quote",
        "A quote is never closed",
        "The quoted cell does not end, or text follows its closing quote. The reported line is the "
        "one where the row begins. Reading continues at the next line, so no other row is lost. "
        "Close the quote.",
    ),
    Code(
        "row.too_long",
        "The line is too long",
        "It is longer than 2 MiB. The reject file contains only its beginning. Perhaps line breaks "
        "are missing, or the contract's `dialect.escapeChar` at the end of lines joins them.",
    ),
    Code(
        "row.unended_escape",
        "The file ends after an escape character",
        "The last line ends with the contract's `dialect.escapeChar`, so that the row continues in "
        "the next line, but there is none. Perhaps the file is cut off; otherwise remove the "
        "character, or write it twice.",
    ),
)
