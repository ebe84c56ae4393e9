"""Renders the runs as bench/LOAD.md."""

from collections.abc import Sequence

from bench.load.runs import Result
from bench.reporting.machine import Machine
from csvgate.text import counted

FUNCTIONS = ("validate_and_parse", "enrich_records", "notify_stakeholders")
_SHOWN = 10


def render(machine: Machine, results: Sequence[Result]) -> str:
    lines = [
        "# Load",
        "",
        "Written by `make load`. Files go through the local cloud: real functions, clients and "
        "processes, and emulators of the services, all on one machine. The runs show that no row "
        "is lost and that memory is bounded, but not how fast BigQuery and Cloud Run are.",
        "",
        f"{machine.at}, commit {machine.commit}: {machine.cpu}, {machine.cores} cores, "
        f"{machine.memory / 2**30:.0f} GiB, load before {machine.load:.1f}, {machine.python}.",
    ]
    for result in results:
        lines += ["", *_one(result)]
    return "\n".join(lines) + "\n"


def _one(result: Result) -> list[str]:
    wrong = [f"- {problem}" for problem in result.problems[:_SHOWN]]
    if len(result.problems) > _SHOWN:
        wrong.append(f"- and {len(result.problems) - _SHOWN} more")
    verdict = "Nothing lost, doubled or stuck" if not wrong else "**Wrong**"
    return [
        f"## {result.title[0].upper()}{result.title[1:]}",
        "",
        f"{verdict}: {result.files:,} uploads, {result.rows:,} rows, {result.rejected:,} of them "
        f"rejected, {result.letters} dead letters other than those about rejected rows.",
        *wrong,
        "",
        f"{result.seconds:,.0f} s: {result.files / result.seconds:.2g} uploads per second, "
        f"{result.rows / result.seconds:,.0f} rows per second, over "
        f"{counted(result.streams, 'write stream')}.",
        *_pace(result),
        "",
        "| process | peak memory, MiB |",
        "|---|---:|",
        *(f"| {name} | {result.peaks.get(name, 0) / 2**20:,.0f} |" for name in FUNCTIONS),
        *(
            f"| {name} (emulates a service) | {peak / 2**20:,.0f} |"
            for name, peak in sorted(result.peaks.items())
            if name not in FUNCTIONS
        ),
    ]


def _pace(result: Result) -> list[str]:
    if not result.pace:
        return []
    rates = ", ".join(f"{rate:,.0f}" for rate in result.pace)
    return [f"Rows per second of each quarter of the chunks, in the order of loading: {rates}."]
