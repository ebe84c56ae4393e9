"""The command `python -m bench`, which `make bench` calls."""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.paths import ARCHITECTURE, RESULTS
from bench.processes.large import GB
from bench.reporting.report import render
from bench.reporting.report_kernels import kernels, write_kernels
from bench.reporting.results import Plan
from bench.run import perform


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bench", description="Measure csvgate and other tools, and write bench/RESULTS.md."
    )
    parser.add_argument(
        "--rows", type=int, help="rows of most shapes (default 1,000,000; quick: 20,000)"
    )
    parser.add_argument("--rounds", type=int, help="rounds of all contenders (default 2)")
    parser.add_argument(
        "--large", type=float, default=0, metavar="GB", help="also validate a file of this size"
    )
    parser.add_argument("--quick", action="store_true", help="take few rows and only print")
    parser.add_argument("--out", type=Path, help="write to this file instead of bench/RESULTS.md")
    given = parser.parse_args()
    plan = Plan(
        rows=given.rows or (20_000 if given.quick else 1_000_000),
        rounds=given.rounds or 2,
        large_bytes=int(given.large * GB),
        quick=given.quick,
    )
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {text}", file=sys.stderr, flush=True)

    with TemporaryDirectory(prefix="csvgate-bench-") as folder:
        run = perform(plan, Path(folder), say)
    results = render(run)
    print(results)
    print(kernels(run.costs, run.machine))
    out = given.out or (None if given.quick else RESULTS)
    if out:
        out.write_text(results, encoding="utf-8")
        say(f"written to {out}")
    if out == RESULTS:
        write_kernels(ARCHITECTURE, run.costs, run.machine)
        say(f"written to {ARCHITECTURE}")


if __name__ == "__main__":
    main()
