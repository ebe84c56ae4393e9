"""The fault codes of cells, apart from those that the field types declare."""

from typing import Final

from csvgate.validation.codes.code import Code

TEXT_CODES: Final = (
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
)
"""Texts that are faults whatever the type of the field is."""

VALUE_CODES: Final = (
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
        "constraint.merge_key",
        "A merge key is repeated",
        "Rows with the same combination of the columns of `merge.key` would update one row of the "
        "table, and nothing says which of them is right. The first occurrence counts, as for "
        "unique values. `merge.latest_by` names a column that decides; then both are accepted.",
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
"""Values that a constraint or the column's type does not allow."""
