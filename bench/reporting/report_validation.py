"""The parts of the report on validation: speed, and the faults that each contender found."""

from collections.abc import Sequence

from bench.reporting.goals import by_name, ratio
from bench.reporting.markdown import mebibytes, micro, percent, rate, table, times
from bench.runner import Result
from bench.truth import Score

_MISSED_SHOWN = 6


def speed(results: Sequence[Result]) -> str:
    found = by_name(results)
    encoded, values = found["csvgate_encoded"], found["csvgate_values"]
    rows = [
        (
            result.entry.title,
            f"{result.rows:,}",
            micro(result.cpu.median),
            micro(result.cpu.least),
            rate(result.cpu.median),
            times(ratio(encoded, result)),
            times(ratio(values, result)),
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
        "÷ without output", "wall µs/row", "least", "spread", "in the collector", "peak memory",
        "bad rows found; by",
    )  # fmt: skip
    notes = "".join(f"- **{r.entry.title}**: {r.entry.note}.\n" for r in results)
    return f"## Validation\n\n{table(head, rows)}\n{notes}"


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


def accuracy(results: Sequence[Result]) -> str:
    scored = [(result, result.score) for result in results if result.score]
    rows = [
        (
            result.entry.title,
            _place(result),
            f"{score.rows_found:,}",
            f"{score.rows_missed:,}",
            f"{score.rows_false:,}",
            f"{score.faults_found:,}",
            f"{score.faults_missed:,}",
            f"{score.faults_false:,}",
        )
        for result, score in scored
    ]
    head = (
        "", "position by", "bad rows found", "missed", "false",
        "faults exact", "missed", "false",
    )  # fmt: skip
    missed = "".join(
        f"- **{result.entry.title}** misses {_missed(score)}.\n"
        for result, score in scored
        if score.missed
    )
    return (
        "### What each found\n\n"
        "Compared with the list of faults that were put into the file. A fault is exact if its "
        "place and column are right and, for csvgate and the hand-written rules, its code; each "
        "fault of a row counts. A record number is not a line number, because notes may have "
        f"several lines.\n\n{table(head, rows)}\n{missed}{_cleaned(results)}"
    )


def _missed(score: Score) -> str:
    shown = list(score.missed.items())[:_MISSED_SHOWN]
    more = len(score.missed) - len(shown)
    text = ", ".join(f"`{code}` ({rows:,})" for code, rows in shown)
    return f"{text} and {more} more" if more else text


def _cleaned(results: Sequence[Result]) -> str:
    titles = "; ".join(result.entry.title for result in results if result.entry.cleaned)
    if not titles:
        return ""
    return (
        "\nSome contenders read a cleaned file without undecodable bytes and stray quotes, because "
        f"these end their run on the original file: {titles}. They count as missed.\n"
    )
