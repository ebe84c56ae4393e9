"""Renders a run as bench/RESULTS.md."""

from bench.reporting.goals import goals
from bench.reporting.machine import Machine
from bench.reporting.markdown import mebibytes, table
from bench.reporting.report_others import cold_starts, enrichment, large_file, small_files, wire
from bench.reporting.report_shapes import shapes
from bench.reporting.report_validation import accuracy, contenders, speed
from bench.reporting.results import Run

_MARKS = {True: "yes", False: "**no**", None: "–"}


def render(run: Run) -> str:
    parts = [
        "# What csvgate costs, compared with common tools\n",
        "Written by `make bench`; do not edit. " + _about(run),
        "## The goals\n",
        table(
            ("Goal", "Measured", "Met"),
            [(goal.text, goal.measured, _MARKS[goal.met]) for goal in goals(run)],
            words=True,
        ),
        shapes(run),
        speed(run.headline),
        contenders(run),
        speed(run.shapes["sample"]),
        accuracy(run),
        enrichment(run.enrichment),
        wire(run),
        large_file(run.large),
        small_files(run.small),
        cold_starts(run.starts, run.first_upload, run.no_first_upload),
        _machine(run.machine, run.load_after),
        _notes(run),
    ]
    return "\n".join(part for part in parts if part)


def _about(run: Run) -> str:
    rounds = "round" if run.plan.rounds == 1 else "rounds"
    headline = run.headline
    return (
        f"{run.machine.at}, commit `{run.machine.commit}`. csvgate is judged by "
        f"`{headline.shape.name}`: {headline.shape.note} ({headline.rows:,} rows, "
        f"{headline.file_bytes / 1e6:.0f} MB). {run.plan.rounds} {rounds}; contenders take turns, "
        "each time in a new process, on one thread unless it says two processors.\n"
    )


def _machine(machine: Machine, load_after: float) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    rows = [
        ("Processor", f"{machine.cpu}, {machine.cores} cores"),
        ("Memory", mebibytes(machine.memory)),
        ("System", machine.system),
        ("Python", machine.python),
        ("Libraries", libraries),
        ("Load average before and after", f"{machine.load:.1f}, {load_after:.1f}"),
    ]
    return "## The machine\n\n" + table(("", ""), rows, words=True)


def _notes(run: Run) -> str:
    command = f"make bench ROWS={run.plan.rows} ROUNDS={run.plan.rounds}"
    if run.plan.large_bytes:
        command += f" LARGE={run.plan.large_bytes / 1e9:g}"
    return f"""## How it is measured, and how far to trust it

To repeat this run: `{command}`. `make bench QUICK=1` takes fewer rows and
writes no file. The versions are those of `bench/requirements.txt`. What a cell costs in each kernel
is in docs/architecture.md.

- The files are made by `bench/shapes`, each with the list of its faults; 1% of the rows are bad,
  and 10% of those of `dirty`. Texts are new in each row, except where users' texts repeat.
  `sample`, by which csvgate was measured before, repeats nearly all texts.
- CPU time is user and system time of all threads of the process. With one thread, it depends less
  than wall time on other programs on the machine, but caches and clock speed are shared: compare
  contenders of one run, not runs. A ratio is the median of the ratios of each round.
- A load average over 1 before or after means that other programs were running. The spread (how much
  slower the slowest round is than the fastest) shows their effect.
- On a virtual machine, memory that the host must provide first makes a short run two to four times
  slower for programs that use much of it (pyarrow's parse, polars, csvgate). The spread is then
  wide; the least time is the better guide, and more rows or rounds help.
- Each process reads a smaller file first, so that these figures do not include imports, caches and
  lazy set-up. The figures of small files and cold starts do.
- The garbage collector is enabled, as in production.
- Peak memory is the peak resident set of the process. It includes the interpreter, libraries, the
  warm-up, and the findings that are kept for the comparison with the truth.
- The rules of pydantic, polars and csv.reader are looser than csvgate's in places (above all for
  emails), and the other tools make no output unless they say end to end: where that matters, it is
  to their advantage. `csvgate, without output` is the closest to what they do.
- pydantic reads a quarter of the rows and frictionless a twentieth; times per row are compared.
- Two processors: CPU time is then that of both, and wall time shows the gain.
- Cold starts here find every file in the page cache. A new instance in the cloud does not, and its
  processor is slower.
"""
