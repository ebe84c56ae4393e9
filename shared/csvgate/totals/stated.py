"""Finds the totals that the lines of a footer or of a sidecar state."""

import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Final

from csvgate.contracts.model import ROWS_GROUP
from csvgate.contracts.pattern import capturer
from csvgate.csv.labels import join_limited
from csvgate.csv.work import WORK
from csvgate.text import shorten
from csvgate.totals.column_total import ColumnTotal
from csvgate.types.common.field_type import CellFault
from csvgate.types.common.spaces import SPACES
from csvgate.validation.faults import VALUE_CHARACTERS, FileFault

_COUNT: Final = re.compile(r"[0-9]{1,3}(?:[ \u00a0\u202f.,'’][0-9]{3}){1,30}|[0-9]{1,90}")
_PATTERN_CHARACTERS: Final = 200
"""The part of a pattern that a message repeats."""


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
        hidden: Collection[str],
    ) -> list[tuple[str, Decimal]]:
        """Return groups and their totals in the order of the lines; a total may be stated more than
        once. `where` names the place for people. `columns` read the totals of their cells, and
        `hidden` are the groups whose texts no message may repeat.

        Raises FileFault `file.total_missing` if a total is not stated, or is not a number.
        """
        found, has_match = list[tuple[str, Decimal]](), False
        for line in lines:
            WORK.scanned += len(line)
            captured = self._capture(line.rstrip(b"\r\n"))
            has_match = has_match or bool(captured)
            for group in self.groups:
                text = (captured.get(group) or b"").decode(errors="replace").strip(SPACES)
                if text:
                    value = _count(text) if group == ROWS_GROUP else _number(columns[group], text)
                    if value is None:
                        raise _unreadable(group, "" if group in hidden else text, where)
                    found.append((group, value))
        stated = {group for group, _ in found}
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
    shown = f" ({shorten(text, VALUE_CHARACTERS)})" if text else ""
    what = (
        "a number of rows" if group == ROWS_GROUP else f"a number as the cells of {group} have it"
    )
    return FileFault(
        "file.total_missing",
        f"what {where} states for {group}{shown} is not {what}; check the export, or change "
        "`totals.pattern`",
    )
