"""Measures one run of one contender in this process, after a warm-up."""

import gc
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.contenders import Outcome
from csvgate.contracts.model import Contract

Contender = Callable[[Path, Contract], Outcome]


@dataclass(frozen=True, slots=True)
class Measurement:
    rows: int
    wall: float
    """Seconds."""
    cpu: float
    """Seconds of all threads, in user and system mode."""
    collecting: float
    """Seconds of `wall` in the garbage collector, which is enabled as in production."""
    peak: int
    """Bytes: the peak resident set of the process, including interpreter and libraries."""
    bytes_out: int

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> "Measurement":
        return cls(**data)


def measure(
    run: Contender, contract: Contract, path: Path, warm_up: Path
) -> tuple[Measurement, Outcome]:
    run(warm_up, contract)
    gc.collect()
    clock = _CollectorClock()
    gc.callbacks.append(clock)
    cpu, wall = time.process_time(), time.perf_counter()
    outcome = run(path, contract)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    gc.callbacks.remove(clock)
    return Measurement(
        rows=outcome.rows,
        wall=wall,
        cpu=cpu,
        collecting=clock.seconds,
        peak=peak_bytes(),
        bytes_out=outcome.bytes_out,
    ), outcome


class _CollectorClock:
    def __init__(self) -> None:
        self.seconds = 0.0
        self._started = 0.0

    def __call__(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._started = time.perf_counter()
        else:
            self.seconds += time.perf_counter() - self._started


def peak_bytes() -> int:
    """The peak resident set of this process."""
    # On Linux, ru_maxrss survives exec: a child would start with the peak of its parent.
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def open_file_bytes(folder: Path) -> int:
    """Disk space of the files below `folder` that this process has open, deleted or not (Linux).

    On Cloud Run, /tmp is memory: what a process keeps there counts like its resident set."""
    found = 0
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if link.readlink().is_relative_to(folder):
                found += link.stat().st_blocks * 512
    return found
