"""Figures of repeated measurements."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figures:
    median: float
    least: float
    """Noise only ever adds: the nearest to what the machine can do."""
    most: float

    @property
    def spread(self) -> float:
        """How far the slowest is above the fastest: 0.1 is 10%."""
        return self.most / self.least - 1 if self.least else 0.0


def figures(values: Sequence[float]) -> Figures:
    return Figures(median(values), min(values), max(values))


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many times ours theirs takes: the median of the rounds' own ratios, because the two of
    one round had the same neighbours."""
    return median(b / a for a, b in zip(ours, theirs, strict=True))
