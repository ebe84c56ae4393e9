"""The one list of fault codes, from which docs/faults.md is generated.

The codes of field types are declared with the types; this list includes them.
A published code keeps its meaning, because people filter and count by it.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from csvgate.types.registry import FIELD_TYPES


class Code(NamedTuple):
    code: str
    title: str
    meaning: str
    """What is wrong, and what to do about it, for the person who uploaded the file."""


def _codes_of_types(prefix: str) -> Iterator[Code]:
    """Yield the codes that the field types declare."""
    for kind in FIELD_TYPES.values():
        for fault in kind.faults:
            if fault.code.startswith(prefix):
                yield Code(fault.code, fault.title, fault.meaning)


_ALL: Final = (
    # The file as a whole
    Code(
        "file.empty",
        "The file is empty",
        "It has no bytes, only blank lines, or nothing between preamble and footer. A file with a "
        "header and no rows is not empty: it is an upload of zero rows. Check the export.",
    ),
    Code(
        "file.encoding",
        "The file is in another encoding",
        "Its byte order mark announces UTF-32, or its first bytes contradict the contract's "
        "`encoding`: they are UTF-16 without a byte order mark although the contract expects "
        "something else, or the other way round. A byte order mark of UTF-8 or UTF-16 is never a "
        "fault; it takes precedence over the contract. Save the file in the expected encoding, or "
        "change the contract.",
    ),
    Code(
        "file.text_truncated",
        "The file is cut off inside a character",
        "A character of UTF-16 takes two or four bytes, and one byte is left over at the end. This "
        "happens when a transfer breaks off. Upload the file again.",
    ),
    Code(
        "file.not_csv",
        "The file is not a CSV file",
        "Its first bytes are those of an Excel workbook, an archive, a PDF document, a Parquet, "
        "Arrow, Avro, SQLite, JSON or XML file, an image, a web page, or a pointer of Git LFS, or "
        "the file was compressed more than twice. Export it as CSV, optionally compressed with "
        "gzip, zstd, bzip2, xz or zip.",
    ),
    Code(
        "file.overwrite",
        "A file of this name is loaded already",
        "The contract says `on_overwrite: refuse`. Upload new data under a new name.",
    ),
    Code(
        "file.gone",
        "The file no longer exists",
        "It was deleted or overwritten before it was read to its end, and none of its rows is "
        "loaded. An overwriting file is an upload of its own. After a deletion, upload the file "
        "again.",
    ),
    Code(
        "file.too_large_to_finish",
        "The file is too large to be read in time",
        "A function may run for some minutes only, and at the rate that is configured for this "
        "installation (`CSVGATE_READ_BYTES_PER_SECOND`) it could not read the file to its end. "
        "Split the file.",
    ),
    Code(
        "file.too_slow",
        "The file could not be read in time",
        "Three attempts to read the file to its end took longer than a function may run. Split the "
        "file.",
    ),
    Code(
        "file.too_many_chunks",
        "The file is too large to become visible at once",
        "Its valid rows fill more than 10,000 chunks, and BigQuery makes at most that many visible "
        "together. Split the file.",
    ),
    Code(
        "file.too_large",
        "The file is too large",
        "It has more bytes than the contract's `limits.max_bytes` allows. Split the file, or raise "
        "the limit.",
    ),
    Code(
        "file.expands_too_far",
        "The compressed file expands too far",
        "Decompressed, it has more bytes than the contract's `limits.max_bytes` allows. Without "
        "that limit, it has more than 1 GiB and more than 250 times its compressed size, a ratio "
        "that CSV data does not reach. Check the file; if it is right, set `limits.max_bytes`.",
    ),
    Code(
        "file.gzip_truncated",
        "The compressed file is cut off",
        "The file ends before its gzip data does. This happens when a transfer breaks off. Upload "
        "the file again.",
    ),
    Code(
        "file.gzip_corrupt",
        "The compressed file is damaged",
        "Its gzip data cannot be decompressed, its checksum is wrong, or something other than gzip "
        "data follows it. Compress and upload the file again.",
    ),
    Code(
        "file.compressed_truncated",
        "The compressed file is cut off",
        "The file ends before its zstd, bzip2 or xz data does, or before the directory of its zip "
        "archive. This happens when a transfer breaks off. Upload the file again.",
    ),
    Code(
        "file.compressed_corrupt",
        "The compressed file is damaged",
        "Its zstd, bzip2, xz or zip data cannot be decompressed, its checksum is wrong, or "
        "something else follows it. Compress and upload the file again.",
    ),
    Code(
        "file.compressed_memory",
        "The compressed file needs too much memory",
        "Decompressing its zstd or xz data takes more than 128 MiB, because the data refers to "
        "bytes farther back than that. Compress it with the usual settings and upload it again.",
    ),
    Code(
        "file.zip_member",
        "The zip archive does not have one file to read",
        "It has no file; or several, and the contract has no `member` to choose one of them; or "
        "its `member` matches none of them, or several. Folders, and the notes of macOS in "
        "`__MACOSX`, do not count. Upload an archive of one file, or set the contract's `member`.",
    ),
    Code(
        "file.zip_encrypted",
        "The file in the zip archive is encrypted",
        "csvgate has no password. Upload the file without one.",
    ),
    Code(
        "file.zip_method",
        "The file in the zip archive is compressed in an unusual way",
        "Members of an archive are read if they are stored or compressed with deflate, as nearly "
        "all are. Zip the file with deflate, or compress it with gzip, zstd, bzip2 or xz.",
    ),
    Code(
        "file.zip_too_large",
        "The zip archive is too large",
        "Its list of files is at the end, so the archive is held in memory: up to 512 MiB, and up "
        "to 1 MiB of that list. Compress the file with gzip or zstd instead, which are read as "
        "they arrive, up to any size.",
    ),
    Code(
        "file.workbook_sheet",
        "The sheet of the workbook to read is not certain",
        "The workbook has several visible sheets (or none), or not the one that the contract "
        "names. Write its name as `dialect.sheetName`, or its number as `dialect.sheetNumber`.",
    ),
    Code(
        "file.workbook_formula",
        "A formula of the workbook has no result",
        "A program wrote the formula and did not calculate it, so the cell would be read as empty. "
        "Open the workbook in Excel or LibreOffice, save it and upload it again.",
    ),
    Code(
        "file.workbook_cell",
        "A cell of the workbook cannot be written as CSV",
        "The cell contains the delimiter, a quote or a line break, and the contract's `dialect` "
        "has no way to write that. Give the dialect a `quoteChar` with `doubleQuote`. Corrected "
        "reject files have to be CSV.",
    ),
    Code(
        "file.workbook_too_large",
        "The workbook is too large",
        "A sheet may have up to 1 GiB of XML, the shared texts up to 128 MiB of memory, a row up "
        "to 4 million characters, and a cell a million. Split the workbook, or export it as CSV.",
    ),
    Code(
        "file.workbook_damaged",
        "The workbook is damaged",
        "Its parts are not as the file format (.xlsx) says. Open it in Excel, save it and upload "
        "it again.",
    ),
    # The header
    Code(
        "header.missing_column",
        "Columns are missing",
        "The header does not name every field of the contract. A field is named by its `label`, or "
        "one of its labels, if it has some, otherwise by its `name`. A field that is `optional` "
        "may be absent. The order of the columns, upper and lower case, and "
        "spaces around a label do not matter. One message lists all mistakes of a header, under "
        "the code of the first. Add the columns, or correct their labels.",
    ),
    Code(
        "header.wrong_delimiter",
        "The file uses another delimiter",
        "Split at another of comma, semicolon, tab and pipe, the header names more of the "
        "contract's fields. csvgate does not switch to it on a guess, because cells may contain "
        "that character too. Save the file with the contract's delimiter, or change the contract's "
        "`dialect.delimiter`. The same is reported if the first line is `sep=;`, as Excel writes "
        "it, and names another delimiter than the contract's.",
    ),
    Code(
        "header.not_found",
        "The header is not found",
        "The contract's `dialect.preambleUntil` is in none of the first 1,000 lines and 1 MiB "
        "of the file, so it is unknown where the records begin. Check the export, or change the "
        "pattern.",
    ),
    Code(
        "header.extra_column",
        "Columns are unknown",
        "The contract has no such fields. Remove the columns, add them to the contract, or let it "
        "ignore or rescue them with `extraColumns`. To be rescued, a column needs a label of at "
        "most 300 characters.",
    ),
    Code(
        "header.column_order",
        "The columns are in another order",
        "The contract says `fieldsMatch: exact`, so the columns must come in the order of its "
        "fields. Bring them into that order, or change the contract.",
    ),
    Code(
        "header.duplicate_column",
        "Columns are named twice",
        "Two labels are equal, apart from upper and lower case and spaces around them, or belong "
        "to the same field of the contract, so it is unclear which column counts. Keep one of "
        "them.",
    ),
    Code(
        "header.blank_label",
        "Columns have no name",
        "A label is empty or consists of spaces. A delimiter at the end of the line also makes an "
        "empty label. Name the column, or remove it. One column may be without a name if the "
        'contract has a field with `label: ""`.',
    ),
    Code(
        "header.unreadable",
        "The header cannot be read",
        "Its quoting is broken, it contains bytes that are invalid in the encoding, it is longer "
        "than 2 MiB, or the rows of a header of several rows have different numbers of cells. "
        "Check the first line of the file.",
    ),
    # A corrected reject file
    Code(
        "correction.unnamed",
        "The name does not say which upload is corrected",
        "The name of a reject file contains the id of the original upload, and the corrected file "
        "must keep that part. Rename the file and upload it again.",
    ),
    Code(
        "correction.dataset",
        "The correction belongs to another dataset",
        "The corrected file was uploaded under a name that matches the contract of another "
        "dataset. Upload it to the folder of the original.",
    ),
    Code(
        "correction.nothing_loaded",
        "The original was rejected as a whole",
        "None of its rows is loaded, so loading only the corrected rows would leave the others "
        "out. Correct the original file and upload it again.",
    ),
    Code(
        "correction.lines_unknown",
        "The rejected lines of the original are unknown",
        "The ledger has no list of them: more than 700,000 rows were rejected, or the upload is "
        "older than this list. Delete the two columns that begin with `_csvgate_` and upload the "
        "rows as a new file.",
    ),
    Code(
        "correction.line",
        "The row's original line is unknown",
        "`_csvgate_line` is not a line number. Restore the number that the reject file had there.",
    ),
    Code(
        "correction.repeated",
        "The line appears twice",
        "Two rows of the corrected file have the same `_csvgate_line`. The first of them counts. "
        "Remove the other, or restore its own line number.",
    ),
    Code(
        "correction.not_open",
        "The line cannot be corrected",
        "The original upload did not reject this line, or a corrected row for it is loaded "
        "already. Remove the row.",
    ),
    # The row
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
    # The cell
    Code(
        "encoding.invalid",
        "Bytes are invalid in the encoding",
        "Often the cell was pasted from a file in another encoding; in UTF-16, half of a surrogate "
        "pair is missing. If every accented letter is reported, the file is not in the contract's "
        "`encoding`: save it in that encoding, or change the contract.",
    ),
    Code(
        "cell.nul",
        "The cell contains a NUL character",
        "A byte of value zero is often the sign of a damaged export. Remove it.",
    ),
    Code(
        "cell.null",
        r"The cell is \N",
        r"MySQL and other databases write \N for NULL, but the contract's `missingValues` do not "
        r"contain it, and with the backslash as `dialect.escapeChar` it would be the text N. Add "
        r"\N to `missingValues`: `missingValues: ['', '\N']`.",
    ),
    *_codes_of_types("type."),
    *_codes_of_types("format."),
    Code(
        "constraint.required",
        "A value is missing",
        "The field is required, but the cell contains one of the `missingValues`. Fill in a value.",
    ),
    Code(
        "constraint.unique",
        "A value is repeated",
        "Each value may occur once in the file. The first valid occurrence counts, even if its row "
        "is rejected for another reason; later ones are rejected. Values are compared, not their "
        "spelling: 1.0 repeats 1.",
    ),
    Code(
        "constraint.primary_key",
        "A primary key is repeated",
        "Each combination of the key's columns may occur once in the file. The first occurrence "
        "counts, as for unique values.",
    ),
    Code(
        "constraint.foreign_key",
        "A value is not in the reference",
        "Correct the value, or add it to the reference and upload the data again. Both sides are "
        "compared as values of the column's type, as in lookups. A key of several fields is "
        "reported for the whole row. A key whose cells are all empty is not checked.",
    ),
    Code(
        "constraint.min_length",
        "Too short",
        "The value has fewer characters, keys or items than the field's `minLength`.",
    ),
    Code(
        "constraint.max_length",
        "Too long",
        "The value has more characters, keys or items than the field's `maxLength`.",
    ),
    Code(
        "constraint.minimum",
        "Below the minimum",
        "The value must be at least the field's `minimum`.",
    ),
    Code(
        "constraint.maximum",
        "Above the maximum",
        "The value must be at most the field's `maximum`.",
    ),
    Code(
        "constraint.exclusive_minimum",
        "Not above the lower bound",
        "The value must be greater than the field's `exclusiveMinimum`.",
    ),
    Code(
        "constraint.exclusive_maximum",
        "Not below the upper bound",
        "The value must be less than the field's `exclusiveMaximum`.",
    ),
    Code(
        "constraint.pattern",
        "Does not match the pattern",
        "The whole cell must match the field's `pattern`. If matching a long text could take too "
        "much time, the cell may also have at most 1,000 characters.",
    ),
    Code(
        "constraint.enum",
        "Not one of the allowed values",
        "Use one of the values in the field's `enum`.",
    ),
    Code(
        "bigquery.range",
        "Out of the column's range",
        "The value is outside INT64, has more digits before the decimal point than the column, is "
        "NaN or infinite in a column without them, or is outside the years 0001 to 9999.",
    ),
    Code(
        "bigquery.scale",
        "More precise than the column",
        "The column would drop or round digits after the decimal point, or below a microsecond. "
        "Zeros at the end are ignored. Round the value, or use a column type with more digits.",
    ),
    Code(
        "bigquery.length",
        "Longer than the column",
        "STRING(n) holds n characters, BYTES(n) holds n bytes, and the column of rescued cells "
        "holds 1,500,000 characters. Shorten the value, or widen the column.",
    ),
    Code(
        "bigquery.time_zone",
        "The time zone is missing, or must be omitted",
        "A TIMESTAMP needs a time zone, which cannot be guessed: write it in the cell, or give the "
        "field a `timezone` in the contract. A DATETIME must not have one.",
    ),
    Code(
        "bigquery.duration",
        "A duration without a fixed length",
        "An INT64 or NUMERIC column stores seconds, and years and months have no fixed number of "
        "seconds. Write weeks, days, hours, minutes and seconds.",
    ),
    Code(
        "bigquery.bytes",
        "Not base64",
        "A BYTES column takes padded base64 without line breaks, as BigQuery does.",
    ),
    Code(
        "bigquery.json",
        "Not JSON that the column can store",
        "A JSON column takes one JSON value, with each key once, at most 500 levels of nesting, "
        "and numbers of at most 17 digits or 64 bits. NaN is not JSON.",
    ),
)

CODES: Final[Mapping[str, Code]] = MappingProxyType({code.code: code for code in _ALL})
"""The fault codes by name, in the order of the documentation."""
