"""Sends a burst of small files and one large file through the local cloud; writes bench/LOAD.md."""

import argparse
import sys
from pathlib import Path

from bench.load.report import render
from bench.load.runs import burst, large
from bench.reporting.machine import look

OUT = Path(__file__).parents[1] / "LOAD.md"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="small files (0: none)")
    parser.add_argument("--rows", type=int, default=10_000_000, help="of the large file (0: none)")
    parser.add_argument("--print", action="store_true", help="do not write bench/LOAD.md")
    given = parser.parse_args()
    machine = look()
    results = []
    for run, size in ((burst, given.files), (large, given.rows)):
        if size:
            results.append(run(size))
            print(render(machine, results[-1:]), flush=True)
    if not given.print:
        OUT.write_text(render(machine, results))
    return 1 if any(result.problems or result.letters for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
