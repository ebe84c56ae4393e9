"""Years, months of a year and durations, as Table Schema spells them."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from csvgate.types.cell_fault import CellFault
from csvgate.types.durations import Duration, parse_duration

_YEAR: Final = re.compile(r"(?!0000)[0-9]{4}")
_YEARMONTH: Final = re.compile(r"(?!0000)([0-9]{4})-(0[1-9]|1[0-2])")
_NO_YEAR: Final = ("type.year", "is not a year of four digits such as 2026")
_NO_YEARMONTH: Final = ("type.yearmonth", "is not a month of a year such as 2026-11")
_NO_DURATION: Final = (
    "type.duration",
    "is not a duration such as P1Y2M3DT4H5M6.7S, P3D, PT36H or P2W",
)


def year_reader() -> Callable[[str], int]:
    """Reads the text of a cell; raises CellFault `type.year`."""

    def read(text: str) -> int:
        if not _YEAR.fullmatch(text):
            raise CellFault(_NO_YEAR)
        return int(text)

    return read


def yearmonth_reader() -> Callable[[str], date]:
    """Reads the text of a cell as the first day of the month; raises CellFault `type.yearmonth`."""

    def read(text: str) -> date:
        if not (found := _YEARMONTH.fullmatch(text)):
            raise CellFault(_NO_YEARMONTH)
        return date(int(found[1]), int(found[2]), 1)

    return read


def duration_reader() -> Callable[[str], Duration]:
    """Reads the text of a cell; raises CellFault `type.duration`."""

    def read(text: str) -> Duration:
        if (found := parse_duration(text)) is None:
            raise CellFault(_NO_DURATION)
        return found

    return read
