"""Paths, and the environment of every measured process."""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
CONTRACT: Final = ROOT / "contracts" / "orders.yaml"
REFERENCES: Final = ROOT / "samples" / "references"
ARCHITECTURE: Final = ROOT / "docs" / "architecture.md"
HELLO: Final = ROOT / "bench" / "hello"
PYTHON: Final = ROOT / ".venv" / "bin" / "python"
"""The interpreter of `make setup`, which has all that the local cloud needs."""
RESULTS: Final = ROOT / "bench" / "RESULTS.md"

_ONE_THREAD: Final = (
    "ARROW_NUM_THREADS",
    "ARROW_IO_THREADS",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "POLARS_MAX_THREADS",
)


def environment(function: str = "enrich_records") -> dict[str, str]:
    """The environment of a child: the shared packages, those of one function, and one thread per
    library."""
    places = (ROOT / "shared", ROOT / "functions" / function)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, places)),
        "PYTHONHASHSEED": "0",
        # Functions run with bytecode in the cloud. Empty means that it may be written.
        "PYTHONDONTWRITEBYTECODE": "",
        **dict.fromkeys(_ONE_THREAD, "1"),
    }
