"""The fault codes of a corrected reject file."""

from typing import Final

from csvgate.validation.codes.code import Code

CORRECTION_CODES: Final = (
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
        "correction.revoked",
        "The original was revoked",
        "An operator has removed the rows of the original upload from the table, with those of its "
        "corrections. Ask for `csvgate restore`, then upload the corrected file again; or upload "
        "the whole file again.",
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
)
