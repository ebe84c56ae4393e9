"""The numbers of an upload in words, and the bar that shows loaded against rejected."""

from dataclasses import dataclass
from typing import Final

from csvgate.protocol.events import Counts
from csvgate.text import percent

_LEAST: Final = 3
"""Per cent of the bar's width that even one row in a million is given, to be seen at all."""
_TEXT_WIDTH: Final = 40


def number(value: int) -> str:
    return f"{value:,}"


def rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _share(part: int, whole: int, width: int, least: int) -> int:
    """Of `width`, at least `least` for any part that is neither none nor all."""
    if part in (0, whole):
        return width if part else 0
    return min(max(round(width * part / whole), least), width - least)


@dataclass(frozen=True, slots=True)
class Bar:
    """`valid_width` and `rejected_width` are per cent and add up to 100."""

    valid: int
    rejected: int
    valid_percent: str
    rejected_percent: str
    valid_width: int
    rejected_width: int
    valid_blocks: str
    rejected_blocks: str


def bar(counts: Counts) -> Bar | None:
    """None when no row was read: there is nothing to compare."""
    whole = counts.valid + counts.rejected
    if whole == 0:
        return None
    width = _share(counts.rejected, whole, 100, _LEAST)
    blocks = _share(counts.rejected, whole, _TEXT_WIDTH, 1)
    return Bar(
        valid=counts.valid,
        rejected=counts.rejected,
        valid_percent=percent(counts.valid, whole),
        rejected_percent=percent(counts.rejected, whole),
        valid_width=100 - width,
        rejected_width=width,
        valid_blocks="█" * (_TEXT_WIDTH - blocks),
        rejected_blocks="█" * blocks,
    )
