"""The goals for speed, accuracy, memory and cold starts, with the measured figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bench.processes.function_events import HELLO_WORLD
from bench.reporting.markdown import mebibytes, rate, times
from bench.reporting.results import MOST_OF_HEADLINE, MOST_OF_SHAPE, Run, ShapeRun
from bench.runner import Result, ratio, wall_ratio

MOST_OF_MEAN: Final = 2.5
PYDANTIC: Final = 7.0
TWO_PROCESSORS: Final = 0.65
"""Wall time on two processors, divided by that on one."""
TWO_PROCESSOR_SHAPES: Final = ("orders", "gzip")
LARGE_BYTES: Final = 5 * 10**9
LARGE_MEMORY: Final = 1280 * 2**20
STARTS: Final[Mapping[str, float]] = {
    "validate_and_parse": 2.0,
    "enrich_records": 2.6,
    "notify_stakeholders": 1.8,
}
"""The time from nothing to the first 200, divided by that of a function that does nothing."""
RETURNS: Final = 1.5
ROWS_A_SECOND: Final = 0.8e6
FRICTIONLESS: Final = 100.0


@dataclass(frozen=True, slots=True)
class Goal:
    text: str
    measured: str
    met: bool | None
    """None: not measured in this run, or not a goal."""


def goals(run: Run) -> list[Goal]:
    return [
        *_speed(run),
        *_two_processors(run),
        _exact(run),
        _large(run),
        *_starts(run),
        *_earlier(run),
    ]


def _speed(run: Run) -> Iterator[Goal]:
    headline = run.headline
    yield Goal(
        f"`{headline.shape.name}`, end to end: at most {MOST_OF_HEADLINE:g}× the CPU of pyarrow's "
        "bare parse",
        times(headline.over_parse),
        headline.over_parse <= MOST_OF_HEADLINE,
    )
    ours = headline.results["csvgate_encoded"]
    text = f"`{headline.shape.name}`: {PYDANTIC:g}× as fast as pydantic, which makes no output"
    yield _faster(text, PYDANTIC, ours, headline.results.get("pydantic_rows"))
    averaged = [r for r in run.shapes.values() if r.shape.average]
    worst = max(averaged, key=lambda r: r.over_parse)
    yield Goal(
        f"every shape: at most {MOST_OF_SHAPE:g}× pyarrow's bare parse of the same file",
        f"{times(worst.over_parse)} at most (`{worst.shape.name}`)",
        worst.over_parse <= MOST_OF_SHAPE,
    )
    yield Goal(
        f"geometric mean over the {len(averaged)} shapes: at most {MOST_OF_MEAN:g}×",
        times(run.mean_over_parse),
        run.mean_over_parse <= MOST_OF_MEAN,
    )


def _faster(text: str, goal: float, ours: Result, theirs: Result | None) -> Goal:
    if theirs is None:
        return Goal(text, "not measured", None)
    reached = ratio(ours, theirs)
    return Goal(text, times(reached), reached >= goal)


def _two_processors(run: Run) -> Iterator[Goal]:
    for name in TWO_PROCESSOR_SHAPES:
        text = f"`{name}`: wall time on two processors at most {TWO_PROCESSORS:g} of one"
        found = run.shapes[name].results
        if "csvgate_two" not in found:
            yield Goal(text, "not measured", None)
            continue
        reached = wall_ratio(found["csvgate_encoded"], found["csvgate_two"])
        yield Goal(text, f"{reached:.2f}", reached <= TWO_PROCESSORS)


def is_exact(shape: ShapeRun) -> bool:
    """Return whether csvgate found every fault of a shape and no other one, however it ran."""
    scores = [result.score for name, result in shape.results.items() if name.startswith("csvgate_")]
    return all(score is not None and score.perfect for score in scores)


def _exact(run: Run) -> Goal:
    text = "every shape: each fault's line, column and code; none missed, none false"
    wrong = [name for name, shape in run.shapes.items() if not is_exact(shape)]
    if wrong:
        return Goal(text, "not exact: " + ", ".join(wrong), met=False)
    scores = [shape.results["csvgate_encoded"].score for shape in run.shapes.values()]
    faults = sum(score.faults_found for score in scores if score)
    return Goal(text, f"{faults:,} faults in {len(scores)} files, all exact", met=True)


def _large(run: Run) -> Goal:
    text = (
        "5 GB with shuffled unique keys: at most 1,280 MiB (1.25 GiB), resident set and `/tmp` "
        "together"
    )
    if run.large is None:
        return Goal(text, "not measured in this run (`LARGE=5`)", None)
    large = run.large
    measured = (
        f"{large.bytes / 1e9:.1f} GB, {large.rows / 1e6:.1f} M rows: {mebibytes(large.memory)}"
    )
    met = large.memory <= LARGE_MEMORY and large.exact
    return Goal(text, measured, met if large.bytes >= LARGE_BYTES else None)


def _starts(run: Run) -> Iterator[Goal]:
    for start in run.starts:
        if start.function != HELLO_WORLD:
            most = STARTS[start.function]
            yield Goal(
                f"{start.function}: first 200 from nothing, at most {most:.1f}× that of a "
                "hello-world function",
                times(start.over_hello),
                start.over_hello <= most,
            )


def _earlier(run: Run) -> Iterator[Goal]:
    """Yield the goals of earlier versions, which are judged on the sample."""
    sample, returns = run.shapes["sample"].results, run.shapes["returns"].results
    ours = sample["csvgate_encoded"]
    yield Goal(
        "`sample`, end to end: 0.8 M rows/s per core",
        f"{rate(ours.cpu.median)} rows/s",
        1e6 / ours.cpu.median >= ROWS_A_SECOND,
    )
    text = f"`sample`, both without output: {FRICTIONLESS:.0f}× as fast as frictionless"
    without = sample["csvgate_values"]
    yield _faster(text, FRICTIONLESS, without, sample.get("frictionless_report"))
    slower = ratio(ours, returns["csvgate_encoded"])
    yield Goal(
        rf"lines that end with \r alone: at most {RETURNS}× the time of \n",
        times(slower),
        slower <= RETURNS,
    )
