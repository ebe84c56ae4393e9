"""The truth: all faults of a generated file, and how many of them a contender found."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.contenders import Finding, Place


@dataclass(frozen=True, slots=True)
class Wrong:
    """One fault, with its line and with the number of its record."""

    line: int
    record: int
    column: str | None
    code: str

    def at(self, place: Place) -> int:
        return self.line if place == "line" else self.record


@dataclass(frozen=True, slots=True)
class Score:
    rows_found: int
    rows_missed: int
    rows_false: int
    faults_found: int
    """Found with the right place and column, and the right code if the contender has codes."""
    faults_missed: int
    faults_false: int
    missed: dict[str, int]
    """Missed rows by the code of their first fault, the most frequent code first."""

    @property
    def perfect(self) -> bool:
        return not (self.faults_missed or self.faults_false or self.rows_false)


def score(truth: Iterable[Wrong], findings: Iterable[Finding], place: Place) -> Score:
    truth, findings = list(truth), list(findings)
    coded = any(code is not None for _, _, code in findings)
    expected = {(w.at(place), w.column, w.code if coded else None) for w in truth}
    actual = set(findings)
    bad, called = {w.at(place) for w in truth}, {found for found, _, _ in findings}
    first = {w.at(place): w.code for w in reversed(truth)}
    return Score(
        rows_found=len(bad & called),
        rows_missed=len(bad - called),
        rows_false=len(called - bad),
        faults_found=len(expected & actual),
        faults_missed=len(expected - actual),
        faults_false=len(actual - expected),
        missed=dict(Counter(first[at] for at in bad - called).most_common()),
    )


def write(path: Path, truth: Iterable[Wrong]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(asdict(wrong)) + "\n" for wrong in truth)


def read(path: Path) -> list[Wrong]:
    with path.open(encoding="utf-8") as lines:
        return [Wrong(**json.loads(line)) for line in lines]
