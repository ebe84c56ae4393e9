"""The time that a function takes to start: its imports, and its first answer."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.paths import CONTRACT, environment
from bench.processes.function_events import EVENTS, FunctionEvent
from bench.processes.function_server import Answers, answers
from bench.processes.storage_stub import storage
from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import CACHED
from csvgate.contracts.load import load_directory
from csvgate_ops.local.cloud.credentials import ensure_credentials

_UNUSED: Final = "127.0.0.1:9"
"""Clients are created for this address; none connects."""
_BUCKETS: Final = ("UPLOADS", "REJECTS", "STAGING", "LEDGER", "REFERENCES", "CONTRACTS")
_HEAVY: Final = ("pyarrow", "polars", "numpy", "duckdb", "pandas")


@dataclass(frozen=True, slots=True)
class Start:
    function: str
    imports: float
    """Seconds for `import main` in a new process, without the interpreter's start. The files are in
    the page cache."""
    heavy: str
    """The heavy libraries that it imported."""
    listens: float
    """Seconds from the start of functions-framework until its port is open."""
    first: float
    """Seconds from the start of functions-framework to the first 200."""
    again: float
    """Seconds of the second such request."""
    over_hello: float
    """`first` divided by that of hello_world: the median of the ratios of each round."""
    outcome: str


@dataclass(frozen=True, slots=True)
class FirstUpload:
    """Seconds from an upload to the event that it is completed, in `first_upload`."""

    first: float
    """The first upload of a new local cloud."""
    later: float
    """The median of the next ones."""

    @property
    def added(self) -> float:
        return self.first - self.later


def starts(folder: Path, rounds: int) -> list[Start]:
    contracts = folder / "contracts"
    contracts.mkdir(exist_ok=True)
    # Without a recipient, the answer does not wait for a mail server.
    text = CONTRACT.read_text(encoding="utf-8").partition("\nnotify:")[0]
    (contracts / CONTRACT.name).write_text(text + "\n", encoding="utf-8")
    # As the deploy stages them.
    bundle = make_bundle(load_directory(contracts))
    (contracts / CACHED).write_bytes(bundle)
    key = folder / "credentials.json"
    # The local cloud's credentials, which are worthless: BigQuery's client requires some.
    ensure_credentials(key, "bench")
    with storage(bundle) as address:
        shared = {
            **{f"CSVGATE_{kind}_BUCKET": f"bench-{kind.lower()}" for kind in _BUCKETS},
            "STORAGE_EMULATOR_HOST": address,
            "CSVGATE_CONTRACTS_DIR": str(contracts),
            "GOOGLE_APPLICATION_CREDENTIALS": str(key),
        }
        variables = [{**_environment(event.function), **shared} for event in EVENTS]
        imports = [
            [_import(event, given) for event, given in zip(EVENTS, variables, strict=True)]
            for _ in range(rounds)
        ]
        # The functions take turns, so that all of them meet the same load.
        waits = [
            [answers(event, given) for event, given in zip(EVENTS, variables, strict=True)]
            for _ in range(rounds)
        ]
    hello = [each[0].first for each in waits]
    return [
        _start(event, imported, waited, hello)
        for event, imported, waited in zip(
            EVENTS, zip(*imports, strict=True), zip(*waits, strict=True), strict=True
        )
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


def _start(
    event: FunctionEvent,
    imported: Sequence[tuple[float, str]],
    waited: Sequence[Answers],
    hello: Sequence[float],
) -> Start:
    return Start(
        function=event.function,
        imports=median(seconds for seconds, _ in imported),
        heavy=imported[0][1],
        listens=median(each.listens for each in waited),
        first=median(each.first for each in waited),
        again=median(each.again for each in waited),
        over_hello=median(each.first / least for each, least in zip(waited, hello, strict=True)),
        outcome=event.outcome,
    )


def _import(event: FunctionEvent, variables: Mapping[str, str]) -> tuple[float, str]:
    program = (
        "import sys, time; begun = time.perf_counter(); import main; "
        f"print(time.perf_counter() - begun, *(set({_HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=event.source,
        env=dict(variables),
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, *heavy = done.stdout.split()
    return float(seconds), ", ".join(sorted(heavy)) or "none"
