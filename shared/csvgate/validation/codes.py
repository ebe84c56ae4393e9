"""Every fault there is: the one list of codes. docs/faults.md is made from it.

A code, once published, keeps its meaning: people filter and count by it.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from csvgate.types.registry import FIELD_TYPES


class Code(NamedTuple):
    code: str
    title: str
    meaning: str


def _codes_of_types(prefix: str) -> Iterator[Code]:
    """Each field type declares the codes that belong to it."""
    for kind in FIELD_TYPES.values():
        for fault in kind.faults:
            if fault.code.startswith(prefix):
                yield Code(fault.code, fault.title, fault.meaning)


_ALL: Final = (
    # The file as a whole
    Code(
        "file.empty",
        "The file is empty",
        "It has no bytes, or blank lines only, or nothing between preamble and footer. A header "
        "alone is not empty: it is an upload of no rows.",
    ),
    Code(
        "file.encoding",
        "The file is in another encoding",
        "Its byte order mark says UTF-32; or its first bytes are UTF-16 without a mark where the "
        "contract says another, or the other way round. A mark of UTF-8 or UTF-16 is no fault: it "
        "decides, whatever the contract says.",
    ),
    Code(
        "file.text_truncated",
        "The file is cut off in a character",
        "UTF-16 has two bytes or four a character, and one is left over, as after a broken "
        "transfer.",
    ),
    Code(
        "file.not_csv",
        "The file is no CSV",
        "By its first bytes it is an Excel workbook, an archive, a PDF, a Parquet file, a web "
        "page, or compressed with anything but gzip. Export it as CSV.",
    ),
    Code(
        "file.overwrite",
        "The name is taken",
        "The contract says `on_overwrite: refuse`, and an upload of this name is loaded already.",
    ),
    Code(
        "file.gone",
        "The file is gone",
        "It was deleted or overwritten before it was read whole. An overwrite is an upload of its "
        "own.",
    ),
    Code("file.too_large", "The file is too large", "It has more bytes than `limits.max_bytes`."),
    Code(
        "file.expands_too_far",
        "The compressed file expands too far",
        "Expanded, it has more bytes than `limits.max_bytes`; or, in a contract without it, more "
        "than 1 GiB and 250 times its size, as no CSV has.",
    ),
    Code(
        "file.gzip_truncated",
        "The compressed file is cut off",
        "It ends before its gzip compression does, as after a broken transfer.",
    ),
    Code(
        "file.gzip_corrupt",
        "The compressed file is damaged",
        "Its gzip compression does not decode, its checksum is wrong, or something else follows "
        "it.",
    ),
    # The header
    Code(
        "header.missing_column",
        "Columns are missing",
        "The header does not name every field of the contract, by its label or else its name. The "
        "order of columns, their case and spaces around them do not matter. All mistakes of a "
        "header are told in one message, under the code of the first.",
    ),
    Code(
        "header.wrong_delimiter",
        "The file has another delimiter",
        "Split at another of comma, semicolon, tab and pipe, the header names more of the "
        "contract's fields. It is not read so on a guess: a cell may have that character too.",
    ),
    Code("header.extra_column", "Columns are unknown", "The contract has no such fields."),
    Code(
        "header.duplicate_column",
        "Columns are there twice",
        "It is not clear which one counts. Case and spaces make no difference.",
    ),
    Code(
        "header.blank_label",
        "Columns have no name",
        "A label is empty or nothing but spaces; a delimiter at the end of the line makes one too.",
    ),
    Code(
        "header.unreadable",
        "The header cannot be read",
        "Its quoting is broken, it has bytes that are not in the encoding, or it is far too long.",
    ),
    # A mended reject file
    Code(
        "correction.unnamed",
        "It does not say of which upload it is",
        "A reject file's name has the upload in it, and the mended file has to keep that part.",
    ),
    Code(
        "correction.dataset",
        "It is of another dataset",
        "It was uploaded to where another contract matches.",
    ),
    Code(
        "correction.nothing_loaded",
        "The original was rejected whole",
        "None of its rows is loaded, so its rejected rows alone would be a part of it.",
    ),
    Code(
        "correction.lines_unknown",
        "The ledger does not know the rejected lines",
        "There were more than 700,000, or the ledger is older than that.",
    ),
    Code(
        "correction.line",
        "Its line cannot be told",
        "`_csvgate_line` is not the number it was in the reject file.",
    ),
    Code(
        "correction.repeated",
        "The line comes twice",
        "Two rows of the mended file have the same `_csvgate_line`; the first stands.",
    ),
    Code(
        "correction.not_open",
        "The line is not open",
        "It was not rejected in the original, or a mended row for it is loaded already.",
    ),
    # The row
    Code(
        "row.too_few_fields",
        "The row is short",
        "It has fewer cells than the header: perhaps a delimiter is missing, or an unquoted cell "
        "has a line break.",
    ),
    Code(
        "row.too_many_fields",
        "The row is long",
        "It has more cells than the header: perhaps a cell with a delimiter in it is not quoted.",
    ),
    Code(
        "row.stray_quote",
        "A quote is where none can be",
        "A cell has a quote inside but does not begin with one, or text follows its closing quote. "
        "Quote the whole cell and double the quotes in it.",
    ),
    Code(
        "row.unclosed_quote",
        "A quote is never closed",
        "The cell it opens does not end, or not properly. The line is where the row begins; "
        "reading goes on at the next line, so that no other row is lost.",
    ),
    Code(
        "row.too_long",
        "The line is too long",
        "It has more than 2 MiB. The reject file has its beginning.",
    ),
    # The cell
    Code(
        "encoding.invalid",
        "Bytes are not in the encoding",
        "Often a cell pasted from a file in another encoding; in UTF-16, half a surrogate pair. If "
        "all accented letters are told so, the file is not in the contract's `encoding`.",
    ),
    Code("cell.nul", "The cell has a NUL character", "Often a sign of a damaged export."),
    *_codes_of_types("type."),
    *_codes_of_types("format."),
    Code("constraint.required", "A value is missing", "The cell is one of `missingValues`."),
    Code(
        "constraint.unique",
        "A value is repeated",
        "The first valid occurrence in the file stands, even when its row is rejected for another "
        "reason; later ones are rejected. Values are compared, not texts: 1.0 repeats 1.",
    ),
    Code(
        "constraint.primary_key",
        "A key of several columns is repeated",
        "As for unique values: the first in the file stands.",
    ),
    Code(
        "constraint.foreign_key",
        "A value is not in the reference",
        "Values are compared as values of the column's type, as in lookups. A key of several "
        "fields is told for the row as a whole. A key whose cells are all empty is none, and need "
        "not be there.",
    ),
    Code("constraint.min_length", "Too short", "`minLength`, in characters, keys or items."),
    Code("constraint.max_length", "Too long", "`maxLength`, in characters, keys or items."),
    Code("constraint.minimum", "Below the minimum", "`minimum`."),
    Code("constraint.maximum", "Above the maximum", "`maximum`."),
    Code("constraint.exclusive_minimum", "Not above the bound", "`exclusiveMinimum`."),
    Code("constraint.exclusive_maximum", "Not below the bound", "`exclusiveMaximum`."),
    Code(
        "constraint.pattern",
        "Not of the pattern",
        "The whole text has to match `pattern`, and have at most 1,000 characters where matching "
        "longer ones could take long.",
    ),
    Code("constraint.enum", "Not one of the values allowed", "`enum`."),
    Code(
        "bigquery.range",
        "Too large for the column",
        "Outside INT64, too many digits before the point, no number (NaN), or outside the years "
        "0001 to 9999.",
    ),
    Code(
        "bigquery.scale",
        "Finer than the column",
        "Digits after the point, or beyond the microsecond, that the column would drop or round. "
        "Zeros at the end do not count.",
    ),
    Code("bigquery.length", "Longer than the column", "STRING(n): characters; BYTES(n): bytes."),
    Code(
        "bigquery.time_zone",
        "Time zone missing, or one too many",
        "TIMESTAMP needs one: nobody can guess it. DATETIME has none.",
    ),
    Code(
        "bigquery.duration",
        "A duration without a length in seconds",
        "An INT64 or NUMERIC column has seconds, and years and months are no number of them.",
    ),
    Code("bigquery.bytes", "Not base64", "A BYTES column is written in base64, as in BigQuery."),
    Code(
        "bigquery.json",
        "Not JSON that the column keeps",
        "A JSON column needs one JSON value (NaN is none), each key once, nested at most 500 "
        "levels deep, with numbers of at most 17 digits or 64 bits.",
    ),
)

CODES: Final[Mapping[str, Code]] = MappingProxyType({code.code: code for code in _ALL})
"""By code, in the order of the documentation."""
