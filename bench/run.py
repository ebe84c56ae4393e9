"""One run of the bench: everything that it measures."""

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Final

from bench.contenders import ENRICHMENT, Entry, entries_for
from bench.kernel_cases import Cost
from bench.paths import PYTHON
from bench.processes import cold_start, large
from bench.processes.cold_start import FirstUpload
from bench.reporting import machine
from bench.reporting.results import Plan, Run, ShapeRun, Small, Wire
from bench.runner import Input, Say, child, run_rounds
from bench.shapes.registry import BY_NAME, HEADLINE
from bench.shapes.shape import Shape, ShapeFile, write

SMALL: Final = (("1 KB", 9), ("100 KB", 800), ("1 MB", 8_000))
"""Sizes of small files, and about the number of rows that they have."""
_KERNEL_CELLS: Final = 300_000
"""Several blocks of the engine, because kernels learn from one block for the next."""
_WRITERS: Final = 2


def perform(plan: Plan, folder: Path, say: Say) -> Run:
    run = Run(plan, machine.look())
    say(f"writing {len(plan.shapes)} shapes")
    files = _write(plan, folder)
    for name in plan.shapes:
        run.shapes[name] = _shape(plan, BY_NAME[name], files, say)
    say("enrichment")
    _enrichment(run, folder, files, say)
    say("kernels")
    cells, rounds = (_KERNEL_CELLS // 3, 1) if plan.quick else (_KERNEL_CELLS, 2)
    costs = child("bench.processes.kernel_costs", cells, rounds)
    run.costs = [Cost(**cost) for cost in costs["costs"]]
    say("small files, cold starts and the first upload")
    run.small = [
        _small(result.entry, size, write(HEADLINE, folder, rows).path)
        for size, rows in SMALL
        for result in map(run.headline.results.__getitem__, ("csvgate_encoded", "csvgate_values"))
    ]
    run.starts = cold_start.starts(folder, 3 if plan.quick else 7)
    _first_upload(run, say)
    if plan.large_bytes:
        say(f"a file of {plan.large_bytes / large.GB:g} GB")
        run.large = large.run(folder, plan.large_bytes)
    run.load_after = machine.load()
    return run


Files = Mapping[tuple[str, int], ShapeFile]
"""The files of the shapes, by name and number of rows."""


def _write(plan: Plan, folder: Path) -> Files:
    """Write all files before anything is measured, on two processors."""
    wanted = {
        (shape.name, rows)
        for shape in map(BY_NAME.__getitem__, plan.shapes)
        for entry in entries_for(shape.name)
        for rows in (plan.rows_of(shape) // entry.share, plan.warm_up(shape) // entry.share)
    }
    # The longest first.
    ordered = sorted(wanted, key=lambda each: -each[1])
    with ProcessPoolExecutor(_WRITERS) as writers:
        waiting = {each: writers.submit(_write_one, *each, folder) for each in ordered}
    return {each: future.result() for each, future in waiting.items()}


def _write_one(shape: str, rows: int, folder: Path) -> ShapeFile:
    return write(BY_NAME[shape], folder, rows)


def _shape(plan: Plan, shape: Shape, files: Files, say: Say) -> ShapeRun:
    rows = plan.rows_of(shape)
    entries, left_out = list[Entry](), dict[str, str]()
    for entry in entries_for(shape.name):
        if not entry.installed:
            left_out[entry.title] = f"{entry.needs} is not installed"
        else:
            entries.append(entry)

    def given(entry: Entry) -> Input:
        file = files[shape.name, rows // entry.share]
        warm = files[shape.name, plan.warm_up(shape) // entry.share]
        if entry.cleaned:
            return Input(shape.name, file.cleaned, warm.cleaned, file.truth)
        return Input(shape.name, file.path, warm.path, file.truth)

    results = run_rounds(entries, given, plan.rounds, say, left_out)
    whole, warm = files[shape.name, rows], files[shape.name, plan.warm_up(shape)]
    made = ShapeRun(
        shape=shape,
        rows=rows,
        file_bytes=whole.path.stat().st_size,
        results={result.entry.name: result for result in results},
        left_out=left_out,
    )
    if made.over_parse > made.goal:
        found = child("bench.processes.stages", shape.name, whole.path, warm.path)
        made.stages = {k: v / found["rows"] * 1e6 for k, v in found["seconds"].items()}
    return made


def _enrichment(run: Run, folder: Path, files: Files, say: Say) -> None:
    file = files[HEADLINE.name, run.headline.rows]
    chunk = child("bench.wire", file.path, folder)
    warm = child("bench.wire", files[HEADLINE.name, run.plan.warm_up(HEADLINE)].path, folder)
    run.wire = Wire(
        arrow=chunk["arrow_bytes"] / chunk["rows"],
        json=chunk["json_bytes"] / chunk["rows"],
        csv=run.headline.file_bytes / run.headline.rows,
        rows=chunk["rows"],
    )
    inputs = {
        name: Input(HEADLINE.name, Path(chunk[form]), Path(warm[form]))
        for name, form in (("enrich_arrow", "arrow"), ("enrich_rows", "json"))
    }
    run.enrichment = run_rounds(ENRICHMENT, lambda e: inputs[e.name], run.plan.rounds, say, {})


def _first_upload(run: Run, say: Say) -> None:
    if PYTHON.exists():
        rounds = 1 if run.plan.quick else 3
        try:
            found = child("bench.processes.first_upload", rounds, python=PYTHON)
        except RuntimeError as error:
            run.no_first_upload = str(error).strip().splitlines()[-1]
        else:
            run.first_upload = FirstUpload(**found)
    else:
        run.no_first_upload = "the local cloud needs `make setup`"
    if run.no_first_upload:
        say(f"  the first upload was not measured: {run.no_first_upload}")


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
