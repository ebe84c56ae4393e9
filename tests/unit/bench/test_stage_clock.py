"""The stage clock, and the costs of kernels that are measured with it. Each runs in a process,
because the clock stays wrapped around the engine's functions."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from bench.kernel_cases import CASES, Case
from bench.paths import ROOT, environment
from bench.processes.kernel_costs import SEED
from bench.runner import child
from bench.shapes.registry import BY_NAME
from bench.shapes.shape import write
from bench.stage_clock import STAGES, functions_at, kernel_methods
from bench.stage_names import ALL_STAGES, KERNELS, OTHER, READING

from csvgate.contracts.model import Contract
from csvgate.types.registry import FIELD_TYPES
from csvgate.validation.cells import Cells

_EXCLUSIVE = """
import json, time
from bench.stage_clock import StageClock

def work(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass

clock = StageClock()
inner = clock.wrapped(lambda: work(0.05), "inner")

def outer():
    work(0.02)
    inner()
    inner()

def steps():
    for _ in range(3):
        work(0.01)
        yield inner()

clock.wrapped(outer, "outer")()
calls = list(clock.wrapped(steps, "steps")())
print(json.dumps([len(calls), dict(clock.seconds)]))
"""


def test_the_time_of_an_inner_stage_counts_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _EXCLUSIVE],
        cwd=ROOT, env=environment(), check=True, capture_output=True, text=True,
    )  # fmt: skip
    calls, seconds = json.loads(done.stdout)
    assert 3 == calls
    # The loops end by the same clock, so the machine's load does not matter; each may overshoot by
    # one step.
    assert seconds["inner"] == pytest.approx(0.25, abs=0.02)
    assert seconds["outer"] == pytest.approx(0.02, abs=0.01)
    assert seconds["steps"] == pytest.approx(0.03, abs=0.01)


def test_every_place_has_functions() -> None:
    for places in STAGES.values():
        for place in places:
            assert list(functions_at(place))


def test_every_stage_has_a_name() -> None:
    assert {READING, KERNELS, OTHER, *STAGES} == set(ALL_STAGES)


def test_kernels_and_parsers_are_found() -> None:
    found = {(class_.__name__, method) for class_, method in kernel_methods()}
    assert {
        ("DistinctKernel", "clear"),
        ("StringKernel", "clear"),
        ("IntegerParser", "parse"),
    } <= found
    assert not {("Kernel", "clear"), ("CellParser", "parse")} & found


def test_the_stages_of_a_dirty_file(tmp_path: Path) -> None:
    made = write(BY_NAME["dirty"], tmp_path, 5_000)
    found = child("bench.processes.stages", "dirty", made.path, made.path)
    assert 5_000 == found["rows"]
    assert list(ALL_STAGES) == list(found["seconds"])
    assert min(found["seconds"].values()) > 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type} {case.what}")
def test_cells_of_a_case_are_valid_and_hardly_repeat(case: Case) -> None:
    pick = random.Random(SEED)  # noqa: S311 (data to repeat, nothing to hide)
    contract: Contract = case.contract()
    field = contract.schema_.fields[0]
    cells = Cells(field, contract.schema_, required=True)
    texts = [case.make(pick, number) for number in range(300)]
    for text in texts:
        _ = cells[text]
    few = case.type == "boolean" or case.what == "enum of 300"
    assert few or len(set(texts)) > 150


def test_every_field_type_has_a_case() -> None:
    assert set(FIELD_TYPES) == {case.type for case in CASES}
    assert len({(case.type, case.what) for case in CASES}) == len(CASES)
