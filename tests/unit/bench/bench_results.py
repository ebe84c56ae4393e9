"""Made-up measurements of a run."""

from bench.contenders import BY_NAME, ENRICHMENT, Entry, entries_for
from bench.kernel_cases import Cost
from bench.measure import Measurement
from bench.processes.cold_start import FirstUpload, Start
from bench.reporting.machine import Machine
from bench.reporting.results import Plan, Run, ShapeRun, Wire
from bench.runner import Result
from bench.shapes.registry import SHAPES
from bench.truth import Score

MACHINE = Machine("today", "a processor", 2, 2**33, "Linux", "CPython", {"polars": "2"}, "c0", 0)
MICROS = {
    "csvgate_encoded": 1.0,
    "csvgate_two": 1.1,
    "csvgate_values": 0.8,
    "csv_reader": 5.0,
    "pydantic_rows": 7.0,
    "pydantic_encoded": 9.0,
    "polars_mask": 0.9,
    "frictionless_report": 79.9,
    "pyarrow_parse": 0.4,
}
STARTS = {
    "hello_world": 1.0,
    "validate_and_parse": 2.0,
    "enrich_records": 2.61,
    "notify_stakeholders": 1.8,
}


def measured(
    entry: Entry, *micros: float, wall: float | None = None, score: Score | None = None
) -> Result:
    """One round of 1,000 rows for each given number of µs per row, of CPU and, unless `wall` is
    given, of wall time."""
    rounds = [
        Measurement(
            rows=1000,
            wall=(each if wall is None else wall) / 1000,
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


def a_run() -> Run:
    """A run in which each shape takes csvgate 2.5 times as long as pyarrow, and 0.65 of the wall
    time on two processors."""
    made = Run(Plan(rows=1000, rounds=2), MACHINE)
    for shape in SHAPES:
        results = {
            entry.name: measured(
                entry,
                *(MICROS[entry.name],) * 2,
                wall=0.65 if entry.name == "csvgate_two" else None,
                score=found(10),
            )
            for entry in entries_for(shape.name)
        }
        made.shapes[shape.name] = ShapeRun(shape, 1000, 100_000, results)
    made.enrichment = [measured(entry, 1.0, 2.0) for entry in ENRICHMENT]
    made.wire = Wire(arrow=40.0, json=270.0, csv=104.0, rows=1000)
    made.costs = [
        Cost(
            "string",
            "email",
            {"EmailKernel": 0.6, "Other": 0.04, "rules": 0.36},
            high=40.0,
            low=10.0,
            rules=1500.0,
        ),
        Cost("duration", "default", {"DistinctKernel": 1.0}, high=2500.0, low=9.0, rules=1200.0),
    ]
    made.starts = [
        Start(
            function=function,
            imports=0.2,
            heavy="none",
            listens=0.3,
            first=over,
            again=0.001,
            over_hello=over,
            outcome="nothing",
        )
        for function, over in STARTS.items()
    ]
    made.first_upload = FirstUpload(first=2.0, later=0.5)
    return made


def slower(run: Run, shape: str, name: str, micros: float) -> None:
    """Change the CPU time of one contender on one shape."""
    run.shapes[shape].results[name] = measured(BY_NAME[name], micros, micros, score=found(10))
