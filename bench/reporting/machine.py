"""The machine and the versions with which a run was made."""

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from bench.paths import ROOT

LIBRARIES: Final = (
    "pyarrow", "numpy", "polars", "pydantic", "frictionless", "duckdb",
    "functions-framework", "google-cloud-storage", "google-cloud-pubsub",
    "google-cloud-bigquery-storage",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    at: str
    cpu: str
    cores: int
    memory: int
    """Bytes."""
    system: str
    python: str
    libraries: dict[str, str]
    commit: str
    load: float
    """The load average of the last minute before the run."""


def look() -> Machine:
    return Machine(
        at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        libraries={name: _version(name) for name in LIBRARIES},
        commit=_commit(),
        load=os.getloadavg()[0],
    )


def load() -> float:
    return os.getloadavg()[0]


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    try:
        commit, changed = (
            _git("rev-parse", "--short=12", "HEAD"),
            # The results are not part of what is measured.
            _git("status", "--porcelain", "--", ".", ":!bench/RESULTS.md"),
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit} with uncommitted changes" if changed else commit


def _git(*arguments: str) -> str:
    found = subprocess.run(
        ["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return found.stdout.strip()
