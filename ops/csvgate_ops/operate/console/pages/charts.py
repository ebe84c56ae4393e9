"""Geometry of bar charts in per cent. Pure; the templates draw the bars as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LEAST: Final = 2.0
"""The smallest height in per cent, so that a small value can still be seen."""


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of a bar. `y` and `height` are per cent of the chart's height, from the top."""

    kind: str
    value: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        return sum(part.value for part in self.parts)


def columns(
    labels: Sequence[str], kinds: Sequence[str], values: Sequence[Sequence[int]]
) -> tuple[Column, ...]:
    """Return one stacked bar per label, with the first kind at the bottom; the tallest bar takes
    the whole height. `values[i][k]` is the value of the i-th label and the k-th kind."""
    most = max((sum(row) for row in values), default=0)
    return tuple(
        Column(label, _parts(kinds, row, most)) for label, row in zip(labels, values, strict=True)
    )


def _parts(kinds: Sequence[str], row: Sequence[int], most: int) -> tuple[Part, ...]:
    heights = [max(100 * value / most, _LEAST) if value else 0.0 for value in row]
    excess = sum(heights) - 100
    if excess > 0:
        tallest = max(range(len(heights)), key=heights.__getitem__)
        heights[tallest] -= excess
    found, base = [], 100.0
    for kind, value, height in zip(kinds, row, heights, strict=True):
        base -= height
        found.append(Part(kind, value, round(base, 3), round(height, 3)))
    return tuple(found)


def width(value: int, most: int) -> float:
    """Width of a horizontal bar in per cent."""
    return round(max(100 * value / most, _LEAST), 3) if value and most else 0.0


def peak(found: Sequence[Column]) -> int:
    """Return the value of the tallest bar."""
    return max((column.total for column in found), default=0)
