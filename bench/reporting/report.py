"""bench/RESULTS.md out of a run."""

from samples.make_orders import KINDS

from bench.orders import BAD, SEED
from bench.reporting.goals import goals
from bench.reporting.machine import Machine
from bench.reporting.markdown import mebibytes, table
from bench.reporting.report_others import cold_starts, enrichment, large_file, small_files, wire
from bench.reporting.report_validation import accuracy, speed
from bench.run import Run

_MARKS = {True: "yes", False: "**no**", None: "–"}


def render(run: Run) -> str:
    parts = [
        "# What csvgate costs, beside what people use today\n",
        "Written by `make bench`; do not edit. " + _about(run),
        "## The goals\n",
        table(
            ("Goal", "Measured", "Met"),
            [(goal.text, goal.measured, _MARKS[goal.met]) for goal in goals(run)],
            words=True,
        ),
        speed(run.validation),
        accuracy(run.validation),
        enrichment(run.enrichment),
        wire(run),
        large_file(run.large),
        small_files(run.small),
        cold_starts(run.starts),
        _machine(run.machine, run.load_after),
        _notes(run),
    ]
    return "\n".join(part for part in parts if part)


def _about(run: Run) -> str:
    rounds = "round" if run.plan.rounds == 1 else "rounds"
    return (
        f"{run.machine.at}, commit `{run.machine.commit}`. "
        f"Data: {run.plan.rows:,} orders ({run.file_bytes / 1e6:.0f} MB), {BAD:.0%} of them bad in "
        f"{len(KINDS) + 1} ways (`samples/make_orders.py`, seed {SEED}); {run.plan.rounds} "
        f"{rounds}, contenders taking turns, each time in a new process, on one thread.\n"
    )


def _machine(machine: Machine, load_after: float) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    rows = [
        ("Processor", f"{machine.cpu}, {machine.cores} cores seen"),
        ("Memory", mebibytes(machine.memory)),
        ("System", machine.system),
        ("Python", machine.python),
        ("Libraries", libraries),
        ("Load before and after", f"{machine.load:.1f}, {load_after:.1f} runnable processes"),
    ]
    return "## The machine\n\n" + table(("", ""), rows, words=True)


def _notes(run: Run) -> str:
    command = f"make bench ROWS={run.plan.rows} ROUNDS={run.plan.rounds}"
    if run.plan.large_bytes:
        command += f" LARGE={run.plan.large_bytes / 1e9:g}"
    return f"""## How it is measured, and how far to trust it

Again: `{command}`; `make bench QUICK=1` for a look of under two minutes, which writes no file. The
versions are those of `bench/requirements.txt`.

- CPU time is user and system time of all threads of the process. With one thread it moves less
  than wall time when others use the machine, but caches and clock speed are shared all the same:
  compare contenders of one run, not runs. Ratios are the median of each round's own ratio.
- A load over 1 before or after means that somebody else was at work. The spread, how far the
  slowest round is above the fastest, shows what that did.
- On a virtual machine, memory that the host must find first makes a short run two to four times
  slower for whoever takes much of it (pyarrow's parse, polars, csvgate). A wide spread there means
  that; the least is then the better guide, and more rows or rounds the cure.
- Each process reads a smaller file first, so imports, caches and lazy set-up are not in the
  figures; they are in the figures of small files and cold starts.
- The garbage collector is on, as in production.
- Peak memory is the high-water mark of the whole process, interpreter, libraries and warm-up
  included, and the findings kept for the comparison with the truth.
- Rules by hand and by pydantic are looser than csvgate's in places (emails above all), and none of
  the others makes any output: where that matters it is to their advantage. `csvgate, without
  output` is the closest to what they do.
- Cold starts here find every file in the page cache; a new instance in the cloud does not, and its
  processor is slower.
"""
