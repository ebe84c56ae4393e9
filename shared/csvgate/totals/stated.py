"""Finds the totals that the lines of a footer or of a sidecar state."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from csvgate.contracts.model import ROWS_GROUP
from csvgate.contracts.pattern import capturer
from csvgate.csv.labels import join_limited
from csvgate.csv.work import WORK
from csvgate.text import shorten
from csvgate.totals.column_total import ColumnTotal
from csvgate.types.common.field_type import CellFault
from csvgate.types.common.spaces import SPACES
from csvgate.validation.faults import FileFault

_COUNT: Final = re.compile(r"[0-9]{1,3}(?:[ \u00a0\u202f.,'’][0-9]{3}){1,30}|[0-9]{1,90}")
_PATTERN_CHARACTERS: Final = 200
"""The part of a pattern that a message repeats."""


class Stated(NamedTuple):
    """A total that a line states."""

    group: str
    value: Decimal
    text: str
    """The text that was read as the value."""


class StatedTotals:
    """Reads lines with the pattern of a contract. Raises PatternError."""

    def __init__(self, pattern: str) -> None:
        self.groups, self._capture = capturer(pattern)
        self._pattern: Final = pattern

    def read(
        self,
        lines: Iterable[bytes],
        where: str,
        columns: Mapping[str, ColumnTotal],
        shown: Callable[[str, str], str],
    ) -> list[Stated]:
        """Return the totals in the order of the lines; one may be stated more than once. `where`
        names the place for people. `columns` read the totals of their cells, and `shown` returns
        what a message may show of a group's text.

        Raises FileFault `file.total_missing` if a total is not stated, or is not a number.
        """
        found, has_match = list[Stated](), False
        for line in lines:
            WORK.scanned += len(line)
            captured = self._capture(line.rstrip(b"\r\n"))
            has_match = has_match or bool(captured)
            for group in self.groups:
                text = (captured.get(group) or b"").decode(errors="replace").strip(SPACES)
                if text:
                    value = _count(text) if group == ROWS_GROUP else _number(columns[group], text)
                    if value is None:
                        raise _unreadable(group, shown(group, text), where)
                    found.append(Stated(group, value, text))
        stated = {total.group for total in found}
        if missing := [group for group in self.groups if group not in stated]:
            raise self._missing(missing, where, has_match=has_match)
        return found

    def _missing(self, groups: list[str], where: str, *, has_match: bool) -> FileFault:
        if has_match:
            problem = f"{where} states no total for {join_limited(groups)}"
        else:
            problem = f"no line of {where} matches the contract's `totals.pattern`"
        pattern = shorten(self._pattern, _PATTERN_CHARACTERS)
        return FileFault(
            "file.total_missing",
            f"{problem} ({pattern}); perhaps the file is cut off. Check the export, or change the "
            "pattern",
        )


def _count(text: str) -> Decimal | None:
    if not _COUNT.fullmatch(text):
        return None
    return Decimal("".join(filter(str.isdigit, text)))


def _number(column: ColumnTotal, text: str) -> Decimal | None:
    try:
        return column.number(text)
    except CellFault:
        return None


def _unreadable(group: str, text: str, where: str) -> FileFault:
    what = (
        "a number of rows" if group == ROWS_GROUP else f"a number as the cells of {group} have it"
    )
    return FileFault(
        "file.total_missing",
        f"what {where} states for {group} ({text}) is not {what}; check the export, or change "
        "`totals.pattern`",
    )
