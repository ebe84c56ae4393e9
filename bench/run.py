"""One run of the bench: everything that it measures."""

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from bench import orders
from bench.contenders import ENRICHMENT, VALIDATION, Entry
from bench.orders import OrdersFile
from bench.processes import cold_start, large
from bench.processes.cold_start import Start
from bench.processes.large import Large
from bench.reporting import machine
from bench.reporting.machine import Machine
from bench.runner import Input, Result, Say, child, run_rounds

SMALL: Final = (("1 KB", 10), ("100 KB", 960), ("1 MB", 9_600))
"""Sizes of small files, and about the number of rows that they have."""


@dataclass(frozen=True, slots=True)
class Plan:
    rows: int
    rounds: int
    large_bytes: int = 0
    """0: no large file."""
    quick: bool = False

    @property
    def warm_up(self) -> int:
        # Large enough for every lazy import and both paths of the engine, which chooses by size.
        return 20_000 if self.quick else 100_000


@dataclass(frozen=True, slots=True)
class Wire:
    """Bytes per record."""

    arrow: float
    json: float
    csv: float
    rows: int


@dataclass(frozen=True, slots=True)
class Small:
    """One small file in a new process; times in seconds."""

    title: str
    size: str
    bytes: int
    imports: float
    first: float
    again: float
    heavy: str


@dataclass(slots=True)
class Run:
    plan: Plan
    machine: Machine
    file_bytes: int = 0
    validation: list[Result] = field(default_factory=list)
    enrichment: list[Result] = field(default_factory=list)
    wire: Wire | None = None
    starts: list[Start] = field(default_factory=list)
    small: list[Small] = field(default_factory=list)
    large: Large | None = None
    load_after: float = 0.0


def perform(plan: Plan, folder: Path, say: Say) -> Run:
    run = Run(plan, machine.look())
    say(f"writing {plan.rows:,} orders, {orders.BAD:.0%} of them bad")
    orders_file, warm_up = orders.write(folder, plan.rows), orders.write(folder, plan.warm_up)
    run.file_bytes = orders_file.csv.stat().st_size
    say("validation")
    inputs = _inputs(plan, folder, orders_file, warm_up)
    run.validation = run_rounds(VALIDATION, lambda e: inputs[e.name], plan.rounds, say)
    say("enrichment")
    _enrichment(run, folder, orders_file, warm_up, say)
    say("small files and cold starts")
    run.small = [
        _small(entry, size, orders.write(folder, rows).csv)
        for size, rows in SMALL
        for entry in VALIDATION[:2]
    ]
    run.starts = cold_start.starts(folder, 3 if plan.quick else 7)
    if plan.large_bytes:
        say(f"a file of {plan.large_bytes / large.GB:g} GB")
        run.large = large.run(folder, plan.large_bytes)
    run.load_after = machine.load()
    return run


def _inputs(
    plan: Plan, folder: Path, orders_file: OrdersFile, warm_up: OrdersFile
) -> dict[str, Input]:
    def of(entry: Entry) -> Input:
        if entry.share > 1:
            file = orders.write(folder, max(1000, plan.rows // entry.share))
            warm = orders.write(folder, max(500, plan.warm_up // entry.share))
        else:
            file, warm = orders_file, warm_up
        if entry.cleaned:
            return Input(file.cleaned, warm.cleaned, file.truth)
        if entry.carriage_returns:
            return Input(file.returns, warm.returns, file.truth)
        return Input(file.csv, warm.csv, file.truth)

    return {entry.name: of(entry) for entry in VALIDATION}


def _enrichment(
    run: Run, folder: Path, orders_file: OrdersFile, warm_up: OrdersFile, say: Say
) -> None:
    chunk = child("bench.wire", orders_file.csv, folder)
    warm = child("bench.wire", warm_up.csv, folder)
    run.wire = Wire(
        arrow=chunk["arrow_bytes"] / chunk["rows"],
        json=chunk["json_bytes"] / chunk["rows"],
        csv=run.file_bytes / run.plan.rows,
        rows=chunk["rows"],
    )
    inputs = {
        "enrich_arrow": Input(Path(chunk["arrow"]), Path(warm["arrow"])),
        "enrich_rows": Input(Path(chunk["json"]), Path(warm["json"])),
    }
    run.enrichment = run_rounds(ENRICHMENT, lambda e: inputs[e.name], run.plan.rounds, say)


def _small(entry: Entry, size: str, file: Path) -> Small:
    found = [child("bench.processes.small_files", entry.name, file) for _ in range(3)]
    return Small(
        title=entry.title,
        size=size,
        bytes=file.stat().st_size,
        imports=median(each["imports"] for each in found),
        first=median(each["first"] for each in found),
        again=median(each["again"] for each in found),
        heavy=", ".join(found[0]["heavy"]) or "none",
    )
