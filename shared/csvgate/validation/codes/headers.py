"""The fault codes of a header."""

from typing import Final

from csvgate.validation.codes.code import Code

HEADER_CODES: Final = (
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
)
