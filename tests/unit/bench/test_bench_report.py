"""The report: the goals and the parts."""

import pytest
from bench.contenders import ENRICHMENT, VALIDATION
from bench.processes.large import Large
from bench.reporting.goals import goals
from bench.reporting.machine import Machine
from bench.reporting.report import render
from bench.run import Plan, Run, Wire

from unit.bench.bench_results import found, measured

MICROS = {
    "csvgate_encoded": 1.0,
    "csvgate_values": 0.8,
    "csvgate_returns": 1.2,
    "csv_reader": 5.0,
    "pydantic_rows": 5.7,
    "pydantic_encoded": 6.9,
    "polars_mask": 0.9,
    "frictionless_report": 79.9,
    "frictionless_encoded": 100.0,
    "pyarrow_parse": 0.3,
}
MACHINE = Machine("today", "a processor", 2, 2**33, "Linux", "CPython", {"polars": "2"}, "c0", 0)


@pytest.fixture
def run() -> Run:
    made = Run(Plan(rows=1000, rounds=2), MACHINE, file_bytes=100_000)
    made.validation = [
        measured(entry, MICROS[entry.name], MICROS[entry.name], score=found(10))
        for entry in VALIDATION
    ]
    made.enrichment = [measured(entry, 1.0, 2.0) for entry in ENRICHMENT]
    made.wire = Wire(arrow=40.0, json=270.0, csv=104.0, rows=1000)
    return made


def test_goals(run: Run) -> None:
    met = [goal.met for goal in goals(run)]
    assert [True, True, True, False, False, True, True, None, None] == met


def test_a_file_of_returns_that_is_slower_is_a_goal_missed(run: Run) -> None:
    (returns,) = [result for result in run.validation if result.entry.name == "csvgate_returns"]
    slower = measured(returns.entry, 1.21, 1.21)
    run.validation[run.validation.index(returns)] = slower
    assert goals(run)[-3].met is False


def test_a_missed_fault_is_a_goal_missed(run: Run) -> None:
    run.validation[0].score = found(10, missed=1)
    assert goals(run)[0].met is False


@pytest.mark.parametrize(
    ("size", "peak", "exact", "met"),
    [
        (5 * 10**9, 512 * 2**20, True, True),
        (5 * 10**9, 512 * 2**20 + 1, True, False),
        (5 * 10**9, 2**20, False, False),
        (10**9, 2**20, True, None),
    ],
)
def test_the_large_file(run: Run, size: int, peak: int, exact: bool, met: bool | None) -> None:
    run.large = Large(
        rows=10, valid=9, rejected=1, bytes=size, bytes_out=1, cpu=1.0, wall=1.0, peak=peak,
        files=0, faults=1, exact=exact,
    )  # fmt: skip
    assert goals(run)[-2].met is met
    assert "## A large file" in render(run)


def test_every_part_and_every_contender(run: Run) -> None:
    text = render(run)
    for entry in (*VALIDATION, *ENRICHMENT):
        assert f"| {entry.title} |" in text
    for part in (
        "goals",
        "Validation",
        "Enrichment",
        "Bytes per record",
        "Small",
        "Cold",
        "machine",
    ):
        assert part in text
    assert "| 100× frictionless: both without output | 99.9× | **no** |" in text
    assert "| for comparison: pyarrow's bare parse | 3.33× its CPU | – |" in text
    assert "make bench ROWS=1000 ROUNDS=2" in text
