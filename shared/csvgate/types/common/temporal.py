"""What date, time and datetime share: ISO 8601 by default, the format `any`, strptime patterns, and
lists of formats.

Python's own ISO 8601 reader accepts more than Table Schema does, so the shape is checked first.
"""

import re
from abc import abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import BOUNDS, CellFault, Field, FieldType, Reader
from csvgate.types.common.times.limits import TOO_FINE
from csvgate.types.common.times.named import EXAMPLES
from csvgate.types.common.times.names import Names, names_in
from csvgate.types.common.times.patterns import directives, shape

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
ANY_ZONE: Final = r"(?: ?(?P<zone>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?"
_YEAR_ZERO: Final = ("bigquery.range", "is before the year 0001, the first that BigQuery has")


class TemporalType(FieldType):
    """A type whose `format` may be `any`, a strptime pattern, or a list of formats."""

    constraints = BOUNDS
    takes_formats = True
    noun: ClassVar[str]
    """The type in a message: "is not …"."""
    iso_example: ClassVar[str]
    """A value in ISO 8601, for messages."""

    def format_problem(self, name: str, column: str | None) -> str | None:
        if "%" in name:
            return self.pattern_problem(name)
        problem = super().format_problem(name, column)
        if problem and name not in self.formats:
            return f"{problem} or a pattern such as %d.%m.%Y"
        return problem

    def pattern_problem(self, pattern: str) -> str | None:
        """Return what is wrong with a strptime pattern; None if nothing is."""
        moment = datetime(2026, 11, 21, 14, 30, 59, 123456, tzinfo=UTC)
        try:
            datetime.strptime(moment.strftime(pattern), pattern)
            can_be_split = shape(pattern) is not None
        except (ValueError, re.error):
            return f"{pattern!r} is not a strptime pattern that can be read"
        if "Z" in directives(pattern) and not can_be_split:
            return f"{pattern!r} has %Z beside a directive that cannot be read with it; replace it"
        return None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        return self.reader_of_formats(field)

    def reader_of_formats(self, field: Field) -> Reader:
        """Reads each cell by the first of the field's formats that fits."""
        wrong = self.wrong(field)
        names = None if field.language is None else names_in(field.language)
        readers = [self.reader_of(name, wrong, names) for name in field.formats]
        return readers[0] if len(readers) == 1 else _first_of(readers, wrong)

    @abstractmethod
    def reader_of(self, name: str, wrong: tuple[str, str], names: Names | None) -> Reader:
        """Reads cells of one format, with the names of months in the field's language. The reader
        raises CellFault; `wrong` if a cell has another format."""

    def wrong(self, field: Field) -> tuple[str, str]:
        """Return the fault of a cell that has none of the field's formats."""
        code = f"type.{self.name}"
        match field.formats:
            case ("default",):
                return code, f"is not {self.noun} such as {self.iso_example}"
            case ("any",):
                return code, f"is not {self.noun} with only one meaning; write {self.iso_example}"
            case (name,) if name in EXAMPLES:
                return code, f"is not {EXAMPLES[name]}"
        forms = [self.iso_example if name == "default" else name for name in field.formats]
        return code, f"is not {self.noun} of the form {' or '.join(forms)}"


def _first_of(readers: Sequence[Reader], wrong: tuple[str, str]) -> Reader:
    """Reads by the first reader that can. If none can, the fault is that of the first reader for
    whose format the cell is not altogether wrong: a date that does not exist, for example."""

    def read(text: str) -> Any:
        found: tuple[tuple[str, str], ...] = ()
        for each in readers:
            try:
                return each(text)
            except CellFault as fault:
                if not found and fault.faults != (wrong,):
                    found = fault.faults
        raise CellFault(*(found or (wrong,)))

    return read


def is_pattern(name: str) -> bool:
    """Return whether a format is a strptime pattern."""
    return "%" in name


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
        raise CellFault(TOO_FINE)


def impossible_date(text: str, code: str, message: str) -> CellFault:
    """Return the fault of a date that has the right shape and does not exist."""
    return CellFault(_YEAR_ZERO if text.startswith("0000") else (code, message))
