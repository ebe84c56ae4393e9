"""How long a function takes to start: its imports, and its first answer."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.paths import CONTRACT, ROOT, environment
from bench.processes.function_events import EVENTS, FunctionEvent
from bench.processes.function_server import answers
from bench.processes.storage_stub import storage
from csvgate.contracts.checked import CHECKED, checked_contracts
from csvgate.contracts.load import load_directory
from csvgate_ops.local.cloud.credentials import ensure_credentials

_UNUSED: Final = "127.0.0.1:9"
"""Clients are created for this address; none connects."""
_BUCKETS: Final = ("UPLOADS", "REJECTS", "STAGING", "LEDGER", "REFERENCES")
_HEAVY: Final = ("pyarrow", "polars", "numpy", "duckdb", "pandas")


@dataclass(frozen=True, slots=True)
class Start:
    function: str
    imports: float
    """Seconds for `import main` in a new process, without the interpreter's start. The files are in
    the page cache."""
    heavy: str
    """The heavy libraries that it imported."""
    first: float
    """Seconds from the start of functions-framework to the first 200."""
    again: float
    """Seconds of the second such request."""
    outcome: str


def starts(folder: Path, rounds: int) -> list[Start]:
    contracts = folder / "contracts"
    contracts.mkdir(exist_ok=True)
    # Without a recipient, the answer does not wait for a mail server.
    text = CONTRACT.read_text(encoding="utf-8").partition("\nnotify:")[0]
    (contracts / CONTRACT.name).write_text(text + "\n", encoding="utf-8")
    # As the deploy stages them.
    checked = checked_contracts(contracts, load_directory(contracts))
    (contracts / CHECKED).write_bytes(checked)
    key = folder / "credentials.json"
    # The local cloud's credentials, which are worthless: BigQuery's client requires some.
    ensure_credentials(key, "bench")
    with storage() as address:
        shared = {
            **{f"CSVGATE_{kind}_BUCKET": f"bench-{kind.lower()}" for kind in _BUCKETS},
            "STORAGE_EMULATOR_HOST": address,
            "CSVGATE_CONTRACTS_DIR": str(contracts),
            "GOOGLE_APPLICATION_CREDENTIALS": str(key),
        }
        return [
            _start(event, {**_environment(event.function), **shared}, rounds) for event in EVENTS
        ]


def _environment(function: str) -> dict[str, str]:
    return {
        **environment(function),
        "GOOGLE_CLOUD_PROJECT": "bench",
        "PUBSUB_EMULATOR_HOST": _UNUSED,
        "BIGQUERY_EMULATOR_HOST": f"http://{_UNUSED}",
        "BIGQUERY_STORAGE_EMULATOR_HOST": _UNUSED,
        "CSVGATE_DEAD_LETTER_TOPIC": "bench-dead-letter",
        "SENDGRID_API_KEY": "none",  # pragma: allowlist secret
    }


def _start(event: FunctionEvent, variables: Mapping[str, str], rounds: int) -> Start:
    imports, heavy = zip(*(_import(event.function, variables) for _ in range(rounds)), strict=True)
    waits = [answers(event, variables) for _ in range(rounds)]
    return Start(
        function=event.function,
        imports=median(imports),
        heavy=heavy[0],
        first=median(first for first, _ in waits),
        again=median(again for _, again in waits),
        outcome=event.outcome,
    )


def _import(function: str, variables: Mapping[str, str]) -> tuple[float, str]:
    program = (
        "import sys, time; begun = time.perf_counter(); import main; "
        f"print(time.perf_counter() - begun, *(set({_HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT / "functions" / function,
        env=dict(variables),
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, *heavy = done.stdout.split()
    return float(seconds), ", ".join(sorted(heavy)) or "none"
