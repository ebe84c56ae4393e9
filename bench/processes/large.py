"""A file larger than memory may be: made by one process, validated by another, a pipe between."""

import json
import subprocess
import sys
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from bench.paths import ROOT, environment

GB = 10**9


@dataclass(frozen=True, slots=True)
class Large:
    rows: int
    valid: int
    rejected: int
    bytes: int
    bytes_out: int
    cpu: float
    """Seconds of the validating process alone."""
    wall: float
    """Seconds; the maker of the file may be the slower one."""
    peak: int
    faults: int
    exact: bool
    """Every line, column and code, in the file's order, and no row lost."""


def run(folder: Path, size: int) -> Large:
    truth, findings = folder / "large.truth", folder / "large.findings"
    feed = subprocess.Popen(
        [sys.executable, "-m", "bench.feed", str(size), str(truth)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
    )
    with feed:
        done = subprocess.run(
            [sys.executable, "-m", "bench.processes.large_child", str(findings)],
            cwd=ROOT,
            env=environment(),
            stdin=feed.stdout,
            capture_output=True,
            text=True,
            check=False,
        )
        if feed.stdout:
            feed.stdout.close()
    if done.returncode or feed.returncode:
        raise RuntimeError(f"the large file: exit {done.returncode}\n{done.stderr[-4000:]}")
    figures = json.loads(done.stdout)
    faults, same = compare(truth, findings)
    whole = figures["rows"] == figures["valid"] + figures["rejected"]
    return Large(**figures, faults=faults, exact=same and whole)


def compare(truth: Path, findings: Path) -> tuple[int, bool]:
    """The number of true faults, and whether the findings are just those, in their order."""
    count, same = 0, True
    with truth.open(encoding="utf-8") as expected, findings.open(encoding="utf-8") as actual:
        for wanted, found in zip_longest(expected, actual):
            count += wanted is not None
            if wanted is None or found is None:
                same = False
                continue
            wrong = json.loads(wanted)
            same = same and [wrong["line"], wrong["column"], wrong["code"]] == json.loads(found)
    return count, same
