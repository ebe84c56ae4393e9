"""The goals for speed, accuracy and memory, with the measured figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.reporting.markdown import mebibytes, rate, times
from bench.reporting.stats import paired_ratio
from bench.run import Run
from bench.runner import Result

ROWS_A_SECOND: Final = 0.8e6
PYDANTIC: Final = 7.0
FRICTIONLESS: Final = 100.0
RETURNS: Final = 1.5
LARGE_BYTES: Final = 5 * 10**9
PEAK: Final = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Goal:
    text: str
    measured: str
    met: bool | None
    """None: not measured in this run, or not a goal."""


def ratio(ours: Result, theirs: Result) -> float:
    """Their CPU time per row, divided by ours."""
    return paired_ratio(
        [m.cpu / m.rows for m in ours.rounds], [m.cpu / m.rows for m in theirs.rounds]
    )


def by_name(results: Sequence[Result]) -> dict[str, Result]:
    return {result.entry.name: result for result in results}


def goals(run: Run) -> list[Goal]:
    found = by_name(run.validation)
    ours = found["csvgate_encoded"]
    parse = ratio(found["pyarrow_parse"], ours)
    returns = ratio(found["csvgate_values"], found["csvgate_returns"])
    return [
        _exact(ours),
        Goal(
            "validate, end to end: 0.8 M rows/s per core (aim: 1 M)",
            f"{rate(ours.cpu.median)} rows/s",
            1e6 / ours.cpu.median >= ROWS_A_SECOND,
        ),
        *_times("pydantic", PYDANTIC, found, "pydantic_rows", "pydantic_encoded"),
        *_times("frictionless", FRICTIONLESS, found, "frictionless_report", "frictionless_encoded"),
        Goal(
            r"lines that end with \r alone: at most 1.5× the time of \n",
            times(returns),
            returns <= RETURNS,
        ),
        _large(run),
        Goal("for comparison: pyarrow's bare parse", f"{times(parse)} its CPU", None),
    ]


def _times(
    name: str, goal: float, found: dict[str, Result], bare: str, complete: str
) -> Iterator[Goal]:
    """Compares both without output, and both with it; and, for information, ours with output with
    theirs without."""
    mixed = ratio(found["csvgate_encoded"], found[bare])
    for text, ours, theirs, more in (
        ("both without output", "csvgate_values", bare, ""),
        (
            "both with output, end to end",
            "csvgate_encoded",
            complete,
            f"; {times(mixed)} if only csvgate makes output",
        ),
    ):
        reached = ratio(found[ours], found[theirs])
        yield Goal(f"{goal:.0f}× {name}: {text}", f"{times(reached)}{more}", reached >= goal)


def _exact(ours: Result) -> Goal:
    score = ours.score
    text = f"{ours.rows:,} rows, 1% bad: every line, column and code; none missed, none false"
    if score is None:
        return Goal(text, "not measured", None)
    measured = (
        f"{score.faults_found:,} exact, {score.faults_missed:,} missed, "
        f"{score.faults_false:,} false"
    )
    return Goal(text, measured, score.perfect)


def _large(run: Run) -> Goal:
    text = "5 GB with a unique key within 512 MiB, temporary files included"
    if run.large is None:
        return Goal(text, "not measured in this run (`LARGE=5`)", None)
    measured = f"{run.large.bytes / 1e9:.1f} GB, {mebibytes(run.large.memory)} at most"
    met = run.large.memory <= PEAK and run.large.exact
    return Goal(text, measured, met if run.large.bytes >= LARGE_BYTES else None)
