"""Statistics of repeated measurements."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figures:
    median: float
    least: float
    """Noise only adds time, so this is closest to what the machine can do."""
    most: float

    @property
    def spread(self) -> float:
        """How much slower the slowest is than the fastest: 0.1 is 10%."""
        return self.most / self.least - 1 if self.least else 0.0


def figures(values: Sequence[float]) -> Figures:
    return Figures(median(values), min(values), max(values))


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Their time divided by ours: the median of the ratios of each round, because both measurements
    of one round were made under similar load."""
    return median(b / a for a, b in zip(ours, theirs, strict=True))
