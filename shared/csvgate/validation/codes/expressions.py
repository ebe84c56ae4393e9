"""The fault codes of rows that the contract's expressions reject."""

from typing import Final

from csvgate.validation.codes.code import Code

EXPRESSION_CODES: Final = (
    Code(
        "derive.failed",
        "A derived column cannot be computed",
        "The expression of a column under the contract's `enrich` fails on the values of this row, "
        "for example because it divides by zero, or its result does not fit the column. Correct "
        "the cells that the message names. If the expression should allow such values, change it "
        "in the contract.",
    ),
    Code(
        "check.failed",
        "The row does not obey a check",
        "The message is that of the check, which the contract has under `checks`. Correct the "
        "cells that it concerns.",
    ),
)
