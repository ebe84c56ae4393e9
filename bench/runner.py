"""Runs the contenders in rounds (A B C, A B C, …), each in a new process.

If the machine slows down during a run, it slows down for all contenders.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.contenders import Entry
from bench.measure import Measurement
from bench.paths import ROOT, environment
from bench.reporting.stats import Figures, figures, paired_ratio
from bench.truth import Score

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Input:
    """The files that a contender reads."""

    shape: str
    file: Path
    warm_up: Path
    truth: Path | None = None


@dataclass(slots=True)
class Result:
    entry: Entry
    rounds: list[Measurement] = field(default_factory=list)
    score: Score | None = None

    @property
    def rows(self) -> int:
        return self.rounds[0].rows

    @property
    def cpu(self) -> Figures:
        """µs per row."""
        return figures(self.cpu_of_rounds)

    @property
    def cpu_of_rounds(self) -> list[float]:
        """µs per row."""
        return [m.cpu / m.rows * 1e6 for m in self.rounds]

    @property
    def wall(self) -> Figures:
        """µs per row."""
        return figures(self.wall_of_rounds)

    @property
    def wall_of_rounds(self) -> list[float]:
        """µs per row."""
        return [m.wall / m.rows * 1e6 for m in self.rounds]

    @property
    def collecting(self) -> Figures:
        """µs per row."""
        return figures([m.collecting / m.rows * 1e6 for m in self.rounds])

    @property
    def peak(self) -> int:
        return max(m.peak for m in self.rounds)


def ratio(ours: Result, theirs: Result) -> float:
    """Their CPU time per row, divided by ours."""
    return paired_ratio(ours.cpu_of_rounds, theirs.cpu_of_rounds)


def wall_ratio(ours: Result, theirs: Result) -> float:
    """Their wall time per row, divided by ours."""
    return paired_ratio(ours.wall_of_rounds, theirs.wall_of_rounds)


def run_rounds(
    entries: Sequence[Entry],
    inputs: Callable[[Entry], Input],
    rounds: int,
    say: Say,
    failed: dict[str, str],
) -> list[Result]:
    """Measure the contenders. One that fails is left out, and the last line of its error is put
    into `failed` by its title. Raises RuntimeError if it is one that the report requires."""
    results = [Result(entry) for entry in entries]
    for number in range(1, rounds + 1):
        for result in list(results):
            given = inputs(result.entry)
            # The findings are the same in every round.
            truth = given.truth if number == 1 else None
            files = (given.file, given.warm_up, *([truth] * bool(truth)))
            try:
                found = child("bench.processes.child", result.entry.name, given.shape, *files)
            except RuntimeError as error:
                if result.entry.required:
                    raise
                failed[result.entry.title] = str(error).strip().splitlines()[-1]
                say(f"  {given.shape:<8}{result.entry.title} failed")
                results.remove(result)
                continue
            result.rounds.append(Measurement.of_json(found["measurement"]))
            if found["score"]:
                result.score = Score(**found["score"])
            last = result.rounds[-1]
            say(
                f"  round {number}/{rounds}  {given.shape:<8}{result.entry.title:<34}"
                f"{last.cpu / last.rows * 1e6:8.2f} µs/row CPU"
            )
    return results


def child(
    module: str,
    *arguments: object,
    function: str = "enrich_records",
    python: str | Path = sys.executable,
) -> dict[str, Any]:
    """The JSON object that a module prints. Raises RuntimeError with its standard error."""
    done = subprocess.run(
        [python, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        env=environment(function),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} {arguments}: exit {done.returncode}\n{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
