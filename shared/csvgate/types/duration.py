"""`duration`: durations as ISO 8601 writes them and XML Schema orders them: P1Y2M3DT4H5M6.7S, P2W,
-P1D."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from csvgate.light_dataclass import dataclass
from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.column_fit import fit_decimal, fit_int64
from csvgate.types.common.field_type import (
    BOUNDS,
    CellFault,
    Field,
    FieldType,
    Fit,
    KernelName,
    Reader,
    Scalar,
    TypeFault,
)

_N: Final = "[0-9]{1,15}"
_SHAPE: Final = re.compile(
    rf"(?P<sign>-?)P(?=[0-9T])(?:(?P<weeks>{_N})W"
    rf"|(?:(?P<years>{_N})Y)?(?:(?P<months>{_N})M)?(?:(?P<days>{_N})D)?"
    rf"(?:T(?=[0-9])(?:(?P<hours>{_N})H)?(?:(?P<minutes>{_N})M)?"
    rf"(?:(?P<seconds>{_N})(?P<fraction>\.[0-9]{{1,30}})?S)?)?)"
)
_SECONDS: Final = (
    ("weeks", 604_800),
    ("days", 86_400),
    ("hours", 3600),
    ("minutes", 60),
    ("seconds", 1),
)
_STARTS: Final = (1696 * 12 + 8, 1697 * 12 + 1, 1903 * 12 + 2, 1903 * 12 + 6)
"""The months from which XML Schema counts when it compares durations: the longest and the shortest
sequences of months begin there (https://www.w3.org/TR/xmlschema-2/#duration-order)."""
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097
"""The period after which the calendar repeats."""
_WRONG: Final = (
    "type.duration",
    "is not a duration such as P1Y2M3DT4H5M6.7S, P3D, PT36H or P2W",
)
_WITHOUT_LENGTH: Final = (
    "bigquery.duration",
    "has years or months, which have no fixed number of seconds; use days, or a STRING column",
)
_FRACTION: Final = ("bigquery.scale", "has a fraction of a second, which INT64 cannot keep")


@dataclass(frozen=True, slots=True)
class Duration:
    """Durations are equal if they have the same length from every day: P1Y is P12M, P1D is PT24H.

    A month has no fixed number of days, so the order is partial: P1M is longer than P27D and
    shorter than P32D, but compared with P30D each of `<`, `<=`, `>`, `>=` is false.
    """

    months: int
    """Years and months together."""
    seconds: Decimal
    """Weeks, days, hours, minutes and seconds together; with the same sign as `months`."""

    def __lt__(self, other: "Duration") -> bool:
        return all(a < b for a, b in zip(self._ends(), other._ends(), strict=True))

    def __le__(self, other: "Duration") -> bool:
        return all(a <= b for a, b in zip(self._ends(), other._ends(), strict=True))

    def __gt__(self, other: "Duration") -> bool:
        return other < self

    def __ge__(self, other: "Duration") -> bool:
        return other <= self

    def _ends(self) -> list[Fraction]:
        return [_days(start + self.months) * 86_400 + Fraction(self.seconds) for start in _STARTS]


def parse_duration(text: str) -> Duration | None:
    """Returns None for a text that is not a duration."""
    found = _SHAPE.fullmatch(text)
    if not found:
        return None
    months = int(found["years"] or 0) * 12 + int(found["months"] or 0)
    seconds = sum(int(found[name] or 0) * length for name, length in _SECONDS)
    sign, fraction = found["sign"], found["fraction"] or ""
    return Duration(-months if sign else months, Decimal(f"{sign}{seconds}{fraction}"))


def _days(month: int) -> int:
    """Return the days from a fixed day long ago to the first of a month; months count from the year
    0."""
    year, month = divmod(month, 12)
    cycles, year = divmod(year, _CYCLE_YEARS)
    return cycles * _CYCLE_DAYS + date(year + _CYCLE_YEARS, month + 1, 1).toordinal()


class DurationType(FieldType):
    name = "duration"
    columns = ("STRING", "INT64", "NUMERIC")
    example = "P1DT12H"
    declared_as = 'a duration such as "P1DT12H"'
    constraints = BOUNDS
    faults = (
        TypeFault(
            "type.duration",
            "Not a duration",
            "A duration is written in ISO 8601: `P1Y2M3DT4H5M6.7S`, any part left out, or weeks "
            "alone (`P2W`); perhaps with a minus in front. Only seconds have a fraction.",
            example="36 hours",
        ),
    )

    def parse_declared(self, value: Scalar) -> Duration | None:
        return parse_duration(value) if isinstance(value, str) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        return _read

    def kernel(self, field: Field, column: BigQueryType) -> KernelName | None:  # noqa: ARG002
        return KernelName.DURATIONS if column.kind == "STRING" else None

    def fit_value(self, column: BigQueryType) -> Fit:
        """INT64 and NUMERIC columns have the number of seconds."""
        fit_seconds = _fit_whole_seconds if column.kind == "INT64" else fit_decimal(column)

        def fit(text: str, value: Duration) -> object:
            if value.months:
                raise CellFault(_WITHOUT_LENGTH)
            return fit_seconds(text, value.seconds)

        return fit


def _read(text: str) -> Duration:
    if (found := parse_duration(text)) is None:
        raise CellFault(_WRONG)
    return found


def _fit_whole_seconds(text: str, value: Decimal) -> int:
    if value != int(value):
        raise CellFault(_FRACTION)
    return fit_int64(text, int(value))
