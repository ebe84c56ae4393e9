"""Made-up measurements of a run."""

from bench.contenders import Entry
from bench.measure import Measurement
from bench.runner import Result
from bench.truth import Score


def measured(entry: Entry, *micros: float, score: Score | None = None) -> Result:
    """One round of 1,000 rows for each given number of µs per row."""
    rounds = [
        Measurement(
            rows=1000,
            wall=each / 1000,
            cpu=each / 1000,
            collecting=0.0,
            peak=100 * 2**20,
            bytes_out=5000,
        )
        for each in micros
    ]
    return Result(entry, rounds, score)


def found(rows: int, missed: int = 0, false: int = 0) -> Score:
    return Score(
        rows_found=rows,
        rows_missed=missed,
        rows_false=false,
        faults_found=rows,
        faults_missed=missed,
        faults_false=false,
        missed={"row.stray_quote": missed} if missed else {},
    )
