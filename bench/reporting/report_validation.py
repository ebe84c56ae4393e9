"""The parts of the report on validation: speed, and the faults that each contender found."""

from bench.reporting.markdown import mebibytes, micro, percent, rate, table, times
from bench.reporting.results import Run, ShapeRun
from bench.runner import Result, ratio
from bench.truth import Score

_MISSED_SHOWN = 4


def speed(made: ShapeRun) -> str:
    results = list(made.results.values())
    encoded = made.results["csvgate_encoded"]
    rows = [
        (
            result.entry.title,
            f"{result.rows:,}",
            micro(result.cpu.median),
            micro(result.cpu.least),
            rate(result.cpu.median),
            times(ratio(encoded, result)),
            micro(result.wall.median),
            micro(result.wall.least),
            percent(result.cpu.spread),
            percent(result.collecting.median / result.wall.median),
            mebibytes(result.peak),
            _verdict(result),
        )
        for result in results
    ]
    head = (
        "", "rows", "CPU µs/row", "least", "rows/s per core", "CPU ÷ csvgate end to end",
        "wall µs/row", "least", "spread", "in the collector", "peak memory", "bad rows found; by",
    )  # fmt: skip
    return f"## All contenders on `{made.shape.name}`\n\n{table(head, rows)}"


def contenders(run: Run) -> str:
    """The notes of all contenders that ran."""
    entries = {
        result.entry.name: result.entry
        for made in run.shapes.values()
        for result in made.results.values()
    }
    return "".join(f"- **{entry.title}**: {entry.note}.\n" for entry in entries.values())


def _verdict(result: Result) -> str:
    score = result.score
    if score is None:
        return "–"
    bad = score.rows_found + score.rows_missed
    found = "all" if not score.rows_missed else percent_down(score.rows_found, bad)
    false = f", {score.rows_false:,} false" if score.rows_false else ""
    return f"{found}{false}; {_place(result)}"


def percent_down(part: int, total: int) -> str:
    """A percentage rounded down, which is never 100% if one is missing."""
    return f"{int(1000 * part / total) / 10 if total else 0:.1f}%"


def _place(result: Result) -> str:
    return "line" if result.entry.place == "line" else "record number"


def accuracy(run: Run) -> str:
    rows = [
        (
            f"`{name}`",
            result.entry.title,
            _place(result) + (", cleaned copy" if result.entry.cleaned else ""),
            f"{score.rows_found:,}",
            f"{score.rows_missed:,}",
            f"{score.rows_false:,}",
            f"{score.faults_found:,}",
            f"{score.faults_missed:,}",
            f"{score.faults_false:,}",
            _missed(score) or "–",
        )
        for name, made in run.shapes.items()
        for result in made.results.values()
        if (score := result.score)
    ]
    head = (
        "shape", "", "position by", "bad rows found", "missed", "false", "faults exact", "missed",
        "false", "misses rows with",
    )  # fmt: skip
    return (
        "## What each found\n\n"
        "Compared with the list of faults that were put into the file. A fault is exact if its "
        "place and column are right and, for csvgate and the hand-written rules, its code; each "
        "fault of a row counts. A record number is not a line number, because cells may have "
        "several lines. Contenders that end their run at a stray quote or an undecodable byte read "
        "a cleaned copy of the file without these; they count as missed.\n\n"
        f"{table(head, rows)}"
    )


def _missed(score: Score) -> str:
    shown = list(score.missed.items())[:_MISSED_SHOWN]
    more = len(score.missed) - len(shown)
    text = ", ".join(f"`{code}` ({rows:,})" for code, rows in shown)
    return f"{text} and {more} more" if more else text
