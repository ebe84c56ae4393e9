"""What date, time and datetime share: ISO 8601 by default, the format `any`, and strptime patterns.

Python's own ISO 8601 reader accepts more than Table Schema does, so the shape is checked first.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar, Final

from csvgate.types.common.field_type import BOUNDS, CellFault, Field, FieldType

DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6}(?P<fine>[0-9]*))?"
ZONE: Final = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
# `any` accepts only what has one meaning: the year first, or the day first with dots; never
# 03/04/2026.
ANY_DATE: Final = (
    r"(?:(?P<y>[0-9]{4})(?P<s>[-/])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})"
    r"|(?P<d2>[0-9]{1,2})\.(?P<m2>[0-9]{1,2})\.(?P<y2>[0-9]{4}))"
)
ANY_TIME: Final = (
    r"(?P<h>[0-9]{1,2}):(?P<rest>[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6}(?P<fine>[0-9]*))?)?)"
)
ANY_ZONE: Final = r"(?: ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2}))?"
_FOREIGN_DIGIT: Final = re.compile(r"(?![0-9])\d")
_TOO_FINE: Final = ("bigquery.scale", "has digits beyond the microsecond, which BigQuery drops")
_YEAR_ZERO: Final = ("bigquery.range", "is before the year 0001, the first that BigQuery has")


class TemporalType(FieldType):
    """A type whose `format` may be `any` or a strptime pattern."""

    constraints = BOUNDS
    noun: ClassVar[str]
    """The type in a message: "is not …"."""
    iso_example: ClassVar[str]
    """A value in ISO 8601, for messages."""

    def format_problem(self, name: str, column: str | None) -> str | None:
        if "%" in name:
            return self.pattern_problem(name, column)
        problem = super().format_problem(name, column)
        return problem and f"{problem} or a pattern such as %d.%m.%Y"

    def pattern_problem(self, pattern: str, column: str | None) -> str | None:  # noqa: ARG002
        """Return what is wrong with a strptime pattern; None if nothing is."""
        moment = datetime(2026, 11, 21, 14, 30, 59, 123456, tzinfo=UTC)
        try:
            datetime.strptime(moment.strftime(pattern), pattern)
        except (ValueError, re.error):
            return f"{pattern!r} is not a strptime pattern that can be read"
        return None

    def wrong(self, field: Field) -> tuple[str, str]:
        """Return the fault of a cell that does not have the field's format."""
        code = f"type.{self.name}"
        if field.format == "default":
            return code, f"is not {self.noun} such as {self.iso_example}"
        if field.format == "any":
            return code, f"is not {self.noun} with only one meaning; write {self.iso_example}"
        return code, f"is not {self.noun} of the form {field.format}"


def is_pattern(field: Field) -> bool:
    """Return whether the format is a strptime pattern."""
    return field.format not in ("default", "any")


def pattern_reader(pattern: str, wrong: tuple[str, str]) -> Callable[[str], datetime]:
    """Reads by a strptime pattern; the reader raises CellFault `wrong`."""

    def read(text: str) -> datetime:
        try:
            # strptime would accept the digits of any script.
            if not _FOREIGN_DIGIT.search(text):
                return datetime.strptime(text, pattern)
        except (ValueError, OverflowError):
            pass
        raise CellFault(wrong)

    return read


def iso_date(found: re.Match[str]) -> str:
    """Return a match of `ANY_DATE` as an ISO 8601 date."""
    year, month, day = found.group(*("y", "m", "d") if found["y"] else ("y2", "m2", "d2"))
    return f"{year}-{month:0>2}-{day:0>2}"


def iso_time(found: re.Match[str]) -> str:
    """Return a match of `ANY_TIME` as an ISO 8601 time."""
    return f"{found['h']:0>2}:{found['rest']}"


def check_fineness(found: re.Match[str]) -> None:
    """Raises CellFault `bigquery.scale` for a match of `TIME` or `ANY_TIME` that BigQuery would
    round."""
    fine = found["fine"]
    if fine and fine.strip("0"):
        raise CellFault(_TOO_FINE)


def impossible_date(text: str, code: str, message: str) -> CellFault:
    """Return the fault of a date that has the right shape and does not exist."""
    return CellFault(_YEAR_ZERO if text.startswith("0000") else (code, message))
