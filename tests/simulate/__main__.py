"""`python -m simulate` runs all crash points and pairs, then random schedules by seed; or it traces
one seed. `make simulate` calls it."""

import argparse
import sys
import time

from simulate import pool
from simulate.crash_points import Enumeration
from simulate.mutants import MUTANTS
from simulate.seeds import run

SHOWN = 10


def main() -> int:
    options = _options()
    if options.seed is not None:
        return _one(options.seed)
    wrong = 0
    if options.mutants:
        wrong += _mutants()
    if not options.no_crashes:
        wrong += _crashes()
    return min(1, wrong + _seeds(options.first, options.first + options.seeds))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000, help="how many schedules to run")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="replay this one and print its trace")
    parser.add_argument(
        "--mutants", action="store_true", help="also try to catch each deliberate bug"
    )
    parser.add_argument("--no-crashes", action="store_true", help="only run schedules")
    return parser.parse_args()


def _one(seed: int) -> int:
    pool.prepare()
    ran = run(seed, traced=True)
    _say("\n".join(ran.trace))
    _say(f"seed {seed}: {ran.violation or 'no violation'}")
    return 1 if ran.violation else 0


def _crashes() -> int:
    total, wrong = Enumeration(), 0
    for name, count, found in pool.crashes():
        _say(f"{name:40} {count}")
        for tried in found[:SHOWN]:
            _say(f"  {tried}")
        total, wrong = total + count, wrong + len(found)
    _say(f"{'crash points':40} {total}: {_violations(wrong)}")
    return wrong


def _seeds(first: int, last: int) -> int:
    wrong = done = calls = crashes = faults = deliveries = 0
    began = time.monotonic()
    for runs in pool.seeds(first, last):
        for ran in runs:
            done, calls, deliveries = done + 1, calls + ran.calls, deliveries + ran.deliveries
            crashes, faults = crashes + ran.crashes, faults + ran.faults
            if ran.violation:
                wrong += 1
                _say(f"seed {ran.seed}: {ran.violation:.300}")
                _say(f"  its trace: make simulate SEED={ran.seed}")
        if done % 10_000 == 0 and done < last - first:
            _say(f"{done:,} schedules, {time.monotonic() - began:.0f} s")
    _say(
        f"{done:,} schedules: {deliveries:,} deliveries, {calls:,} calls of ports, "
        f"{crashes:,} crashes, {faults:,} faults: {_violations(wrong)}"
    )
    return wrong


def _mutants() -> int:
    survivors = 0
    for name, caught in pool.hunts(MUTANTS):
        survivors += caught is None
        _say(f"{name:45} {(caught or 'SURVIVED'):.120}")
    _say(f"{len(MUTANTS)} deliberate bugs, {survivors} of them not caught")
    return survivors


def _violations(number: int) -> str:
    return "no violation" if not number else f"{number} VIOLATIONS"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
