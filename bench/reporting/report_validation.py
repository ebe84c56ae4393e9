"""Speed, and right beside it what was found: speed without the lines is another product."""

from collections.abc import Sequence

from bench.reporting.goals import by_name, ratio
from bench.reporting.markdown import mebibytes, micro, percent, rate, table, times
from bench.runner import Result
from bench.truth import Score

_MISSED_SHOWN = 6


def speed(results: Sequence[Result]) -> str:
    found = by_name(results)
    whole, values = found["csvgate_encoded"], found["csvgate_values"]
    rows = [
        (
            result.entry.title,
            f"{result.rows:,}",
            micro(result.cpu.median),
            micro(result.cpu.least),
            rate(result.cpu.median),
            times(ratio(whole, result)),
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
        "bad rows found; where",
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


def percent_down(part: int, whole: int) -> str:
    """Never 100% when one is missing."""
    return f"{int(1000 * part / whole) / 10 if whole else 0:.1f}%"


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
        "", "says where by", "bad rows found", "missed", "false",
        "faults exact", "missed", "false",
    )  # fmt: skip
    missed = "".join(
        f"- **{result.entry.title}** misses {_missed(score)}.\n"
        for result, score in scored
        if score.missed
    )
    return (
        "### What each found\n\n"
        "Against the list of what was made wrong. A fault is exact with the right place and "
        "column, and for csvgate and the rules by hand with the right code too; each of several "
        "in a row counts. A record number is no line: notes of several lines come before it.\n\n"
        f"{table(head, rows)}\n{missed}{_mended(results)}"
    )


def _missed(score: Score) -> str:
    shown = list(score.missed.items())[:_MISSED_SHOWN]
    more = len(score.missed) - len(shown)
    text = ", ".join(f"`{code}` ({rows:,})" for code, rows in shown)
    return f"{text} and {more} more" if more else text


def _mended(results: Sequence[Result]) -> str:
    titles = " and ".join(result.entry.title for result in results if result.entry.mended)
    if not titles:
        return ""
    return (
        f"\nThe mended file that {titles} read has no undecodable bytes and no stray quotes any "
        "more; those count as missed, because on the file as uploaded they end the run.\n"
    )
