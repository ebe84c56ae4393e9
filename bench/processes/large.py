"""A file larger than memory: one process makes it, another validates it from a pipe."""

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
    """Seconds of the validating process."""
    wall: float
    """Seconds; making the file may be slower than validating it."""
    peak: int
    """Bytes: the peak resident set of the validating process."""
    files: int
    """Bytes: the most that its temporary files took, which on Cloud Run are in memory, too."""
    processors: int
    faults: int
    exact: bool
    """Every line, column and code was found, in the file's order, and no row was lost."""

    @property
    def memory(self) -> int:
        """Bytes of memory that the process would need on Cloud Run at most."""
        return self.peak + self.files


def run(folder: Path, size: int) -> Large:
    truth, findings = folder / "large.truth", folder / "large.findings"
    temporary = folder / "large.tmp"
    temporary.mkdir()
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
            env={**environment(), "TMPDIR": str(temporary)},
            stdin=feed.stdout,
            capture_output=True,
            text=True,
            check=False,
        )
        if feed.stdout:
            feed.stdout.close()
    if done.returncode or feed.returncode:
        raise RuntimeError(f"large file: exit {done.returncode}\n{done.stderr[-4000:]}")
    figures = json.loads(done.stdout)
    faults, same = compare(truth, findings)
    complete = figures["rows"] == figures["valid"] + figures["rejected"]
    return Large(**figures, faults=faults, exact=same and complete)


def compare(truth: Path, findings: Path) -> tuple[int, bool]:
    """The number of true faults, and whether the findings are exactly these, in the same order."""
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
