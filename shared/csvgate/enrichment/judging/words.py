"""The faults of rows that expressions reject."""

from collections.abc import Sequence
from typing import Final

from csvgate.contracts.model import RowCheck
from csvgate.enrichment.sql.derived_columns import DerivedColumn
from csvgate.rejects.check_message import SQL_CHARACTERS, check_message
from csvgate.text import shorten
from csvgate.validation.faults import Fault

DERIVE_FAILED: Final = "derive.failed"
CHECK_FAILED: Final = "check.failed"


def derive_fault(
    line: int, column: DerivedColumn, cells: Sequence[str], reason: str | None
) -> Fault:
    """Return the fault of a row on which a derived column fails. `cells` are the columns of the
    file that it depends on; `reason` is why it fails, if known."""
    sql, why = shorten(column.text, SQL_CHARACTERS), f": {reason}" if reason else ""
    used = ", ".join(cells)
    remedy = f"correct {used} in this row" if used else "correct the expression in the contract"
    message = f"cannot be computed as {column.type} by `{sql}`{why}; {remedy}"
    return Fault(line, column.name, DERIVE_FAILED, None, message)


def check_fault(line: int, check: RowCheck, reason: str | None) -> Fault:
    """Return the fault of a row that does not obey a check. `reason` is that of
    `check_message`."""
    return Fault(line, None, CHECK_FAILED, None, check_message(check, reason))
