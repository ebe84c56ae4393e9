"""The bar that compares loaded with rejected rows."""

from typing import Final

from csvgate.light_dataclass import dataclass
from csvgate.protocol.events import Counts
from csvgate.text import percent

_LEAST_WIDTH: Final = 3
"""Percent of the bar's width that any part gets, so that one row in a million is visible."""
_TEXT_WIDTH: Final = 40
"""Block characters in the bar of the plain-text email."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`valid_width` and `rejected_width` are percentages and add up to 100; the blocks are what
    the plain-text email draws."""

    valid: int
    rejected: int
    valid_percent: str
    rejected_percent: str
    valid_width: int
    rejected_width: int
    valid_blocks: str
    rejected_blocks: str


def bar(counts: Counts) -> Bar | None:
    """Return the bar, or None when the file has no rows to compare."""
    total = counts.valid + counts.rejected
    if total == 0:
        return None
    width = _part_of(100, counts.rejected, total, _LEAST_WIDTH)
    blocks = _part_of(_TEXT_WIDTH, counts.rejected, total, 1)
    return Bar(
        valid=counts.valid,
        rejected=counts.rejected,
        valid_percent=percent(counts.valid, total),
        rejected_percent=percent(counts.rejected, total),
        valid_width=100 - width,
        rejected_width=width,
        valid_blocks="█" * (_TEXT_WIDTH - blocks),
        rejected_blocks="█" * blocks,
    )


def _part_of(width: int, part: int, total: int, least: int) -> int:
    """Return the share of `width` for a part; anything between none and all leaves at least
    `least` to both sides."""
    if part in (0, total):
        return width if part else 0
    return min(max(round(width * part / total), least), width - least)
