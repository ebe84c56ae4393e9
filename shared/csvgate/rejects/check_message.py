"""What is said of a row that does not obey a check."""

from typing import Final

from csvgate.contracts.model import RowCheck
from csvgate.text import shorten

SQL_CHARACTERS: Final = 200
"""Characters of an expression that a message repeats."""


def check_message(check: RowCheck, reason: str | None) -> str:
    """Return the message of the check. `reason` is why its expression cannot be computed: empty if
    that is not known, None if the expression is false."""
    if reason is None:
        return check.message
    why = f": {reason}" if reason else ""
    return f"{check.message} (`{shorten(check.sql, SQL_CHARACTERS)}` cannot be computed{why})"
