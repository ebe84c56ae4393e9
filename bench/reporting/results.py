"""What one run of the bench measured."""

from dataclasses import dataclass, field
from statistics import geometric_mean
from typing import Final

from bench.kernel_cases import Cost
from bench.processes.cold_start import FirstUpload, Start
from bench.processes.large import Large
from bench.reporting.machine import Machine
from bench.runner import Result, ratio
from bench.shapes.registry import BY_NAME, HEADLINE
from bench.shapes.shape import Shape

MOST_OF_HEADLINE: Final = 3.0
"""csvgate's CPU time, end to end, divided by that of pyarrow's bare parse of the same file."""
MOST_OF_SHAPE: Final = 4.0
"""The same on any shape."""


@dataclass(frozen=True, slots=True)
class Plan:
    rows: int
    """Rows of the headline; the other shapes have the same share of their rows."""
    rounds: int
    large_bytes: int = 0
    """0: no large file."""
    quick: bool = False
    shapes: tuple[str, ...] = tuple(BY_NAME)

    def rows_of(self, shape: Shape) -> int:
        return self.rows * shape.rows // HEADLINE.rows

    def warm_up(self, shape: Shape) -> int:
        """The rows of the file that is read first: enough for every lazy import, and for the
        vectorised path of the engine, which chooses its path by size."""
        return (10_000 if self.quick else 50_000) * shape.rows // HEADLINE.rows


@dataclass(frozen=True, slots=True)
class Wire:
    """Bytes per record."""

    arrow: float
    json: float
    csv: float
    rows: int


@dataclass(frozen=True, slots=True)
class Small:
    """One small file in a new process; times in seconds."""

    title: str
    size: str
    bytes: int
    imports: float
    first: float
    again: float
    heavy: str


@dataclass(slots=True)
class ShapeRun:
    shape: Shape
    rows: int
    file_bytes: int
    results: dict[str, Result]
    """By the name of the contender."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Contenders that could not run, by title, and why."""
    stages: dict[str, float] = field(default_factory=dict)
    """µs per row in each stage, if the shape misses its goal."""

    @property
    def over_parse(self) -> float:
        """csvgate's CPU time, end to end, divided by that of pyarrow's bare parse."""
        return ratio(self.results["pyarrow_parse"], self.results["csvgate_encoded"])

    @property
    def goal(self) -> float:
        """The most that `over_parse` should be."""
        return MOST_OF_HEADLINE if self.shape is HEADLINE else MOST_OF_SHAPE


@dataclass(slots=True)
class Run:
    plan: Plan
    machine: Machine
    shapes: dict[str, ShapeRun] = field(default_factory=dict)
    enrichment: list[Result] = field(default_factory=list)
    wire: Wire | None = None
    costs: list[Cost] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    first_upload: FirstUpload | None = None
    no_first_upload: str = ""
    """Why it could not be measured."""
    small: list[Small] = field(default_factory=list)
    large: Large | None = None
    load_after: float = 0.0

    @property
    def headline(self) -> ShapeRun:
        return self.shapes[HEADLINE.name]

    @property
    def mean_over_parse(self) -> float:
        """The geometric mean of the shapes that are averaged."""
        return geometric_mean([r.over_parse for r in self.shapes.values() if r.shape.average])
