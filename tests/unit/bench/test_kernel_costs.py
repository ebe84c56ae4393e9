"""The cost of a cell: which kernels read it, and the share of the rules."""

import json
import subprocess
import sys

import pytest
from bench.paths import ROOT, environment

_PROGRAM = """
import json, sys
from dataclasses import asdict
from bench.kernel_cases import CASES
from bench.processes.kernel_costs import cost
from bench.stage_clock import StageClock

clock = StageClock()
clock.install()
wanted = ("integer INT64", "duration default")
found = [c for c in CASES if f"{c.type} {c.what}" in wanted]
print(json.dumps([asdict(cost(case, 60_000, 1, clock)) for case in found]))
try:
    cost(CASES[0], 100, 1, clock)
except RuntimeError as error:
    print(error, file=sys.stderr)
"""


def test_bulk_and_distinct_cells() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=ROOT, env=environment(), check=True, capture_output=True, text=True,
    )  # fmt: skip
    integer, duration = json.loads(done.stdout)
    assert ("integer", "INT64") == (integer["type"], integer["what"])
    for each in (integer, duration):
        assert min(each["high"], each["low"], each["rules"]) > 0
        assert sum(each["kernels"].values()) == pytest.approx(1)
    assert integer["kernels"]["IntegerParser"] > integer["kernels"]["rules"]
    assert "too few for the vectorised path" in done.stderr
