"""Rules for `checks`, apart from their expressions, which only DuckDB can read."""

from typing import Final

from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import Complaints
from csvgate.text import shorten

MOST_CHECKS: Final = 50
_MOST_CHARACTERS: Final = 200
"""The longest message. Every email and every event of an upload repeats those that warn."""


def check_row_checks(contract: Contract) -> Complaints:
    """Places are relative to the contract."""
    checks = contract.checks
    if len(checks) > MOST_CHECKS:
        message = f"has {len(checks)} checks; at most {MOST_CHECKS} are computed for each row"
        yield ("checks",), f"{message}, so join some of them with AND"
    messages = [check.message for check in checks]
    for i, check in enumerate(checks):
        if not check.sql.strip():
            yield ("checks", i, "sql"), "is empty; write an expression that is true for good rows"
        if not check.message.strip():
            yield ("checks", i, "message"), "is empty; say what is wrong with a row"
        elif len(check.message) > _MOST_CHARACTERS:
            message = f"has {len(check.message):,} characters; at most {_MOST_CHARACTERS} are shown"
            yield ("checks", i, "message"), f"{message}, so shorten it"
        elif not check.message.isprintable():
            message = f"{shorten(check.message, 40)!r} has a line break or a control character"
            yield ("checks", i, "message"), f"{message}; write it on one line"
        elif check.message in messages[:i]:
            message = f"{shorten(check.message, 40)!r} is also the message of another check"
            yield ("checks", i, "message"), f"{message}; make them differ"
