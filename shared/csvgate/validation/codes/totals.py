"""The fault codes of totals of a whole file, which the contract's `totals` compares."""

from typing import Final

from csvgate.validation.codes.code import Code

TOTAL_CODES: Final = (
    Code(
        "file.total_differs",
        "The file differs from its totals",
        "The footer or the sidecar states another number of rows, or another sum of a column, than "
        "the rows of the file have, rejected rows included. Perhaps the file is cut off, or lines "
        "were added or lost on its way. The message has both values, except what could "
        "be sensitive, and says how many cells could not be read as numbers. Compare the file with "
        "its source, and upload it again once it is complete.",
    ),
    Code(
        "file.total_missing",
        "The file states no totals",
        "No line of the footer or of the sidecar matches the contract's `totals.pattern`, the "
        "lines do not state every total, or what they state is not a number. Perhaps the file is "
        "cut off. Check the export, or change the pattern.",
    ),
    Code(
        "file.sidecar_missing",
        "The sidecar does not exist",
        "The contract's `totals.sidecar` names an object that states the totals of the file. It "
        "was not there when the file was read, nor in any attempt of the following 14 hours. "
        "Upload the sidecar, then upload the file again.",
    ),
    Code(
        "file.sidecar_unreadable",
        "The sidecar cannot be read",
        "It has more than 64 KiB, or it is not text in the contract's `encoding`. Upload a sidecar "
        "that has only the totals, then upload the file again.",
    ),
)
