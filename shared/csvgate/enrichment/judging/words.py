"""The faults of rows that expressions reject."""

from typing import Final

from csvgate.contracts.model import RowCheck
from csvgate.enrichment.sql.derived_columns import DerivedColumn
from csvgate.text import shorten
from csvgate.validation.faults import Fault

DERIVE_FAILED: Final = "derive.failed"
CHECK_FAILED: Final = "check.failed"
_SQL_CHARACTERS: Final = 200


def derive_fault(line: int, column: DerivedColumn, reason: str | None) -> Fault:
    """Return the fault of a row on which a derived column fails. `reason` is why, if known."""
    sql, why = shorten(column.text, _SQL_CHARACTERS), f": {reason}" if reason else ""
    used = ", ".join(column.columns)
    remedy = f"correct {used} in this row" if used else "correct the expression in the contract"
    message = f"cannot be computed as {column.type} by `{sql}`{why}; {remedy}"
    return Fault(line, column.name, DERIVE_FAILED, None, message)


def check_fault(line: int, check: RowCheck, reason: str | None) -> Fault:
    """Return the fault of a row that does not obey a check. `reason` is why its expression fails:
    empty if that is not known, None if it is false."""
    message = check.message
    if reason is not None:
        why = f": {reason}" if reason else ""
        message += f" (`{shorten(check.sql, _SQL_CHARACTERS)}` cannot be computed{why})"
    return Fault(line, None, CHECK_FAILED, None, message)
