"""Spread the work over processes. Greenlets and swapped attributes stay within one process."""

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from simulate.crash_points import Enumeration, Tried, enumerate_crashes
from simulate.hunt import hunt
from simulate.pure import cache_pure_functions
from simulate.scenarios import SCENARIOS
from simulate.seeds import Ran, run

WORKERS = min(4, os.cpu_count() or 1)
SEEDS_AT_A_TIME = 100
YOUNG_OBJECTS = 50_000
"""How many new objects make Python look for cycles of garbage. A run creates fewer."""
T = TypeVar("T")
R = TypeVar("R")


def prepare() -> None:
    """Make runs fast: Arrow's threads cost more than they gain for three rows, ten thousand runs
    need no logs, pure functions are called with the same arguments again and again, what the
    modules hold is never garbage, and a run leaves little garbage in cycles."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    cache_pure_functions()
    logging.getLogger("csvgate").setLevel(logging.CRITICAL + 1)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


def seeds(first: int, last: int) -> Iterator[list[Ran]]:
    """All runs in order, a batch at a time."""
    starts = range(first, last, SEEDS_AT_A_TIME)
    return _spread(_some_seeds, [(n, min(n + SEEDS_AT_A_TIME, last)) for n in starts])


def crashes() -> Iterator[tuple[str, Enumeration, list[Tried]]]:
    """Name, counts and violations of each scenario. Pairs take ten times as long as single points,
    so they begin first: no processor is idle while the last one is tried by another."""
    numbers = sorted(range(len(SCENARIOS)), key=lambda number: SCENARIOS[number].points != "pairs")
    return _spread(_scenario, numbers)


def hunts(names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Each mutant, and what caught it."""
    return _spread(_hunt, names)


def _some_seeds(bounds: tuple[int, int]) -> list[Ran]:
    return [run(seed) for seed in range(*bounds)]


def _scenario(number: int) -> tuple[str, Enumeration, list[Tried]]:
    scenario = SCENARIOS[number]
    return scenario.name, *enumerate_crashes(scenario)


def _hunt(name: str) -> tuple[str, str | None]:
    return name, hunt(name)


def _spread(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    # Spawned, not forked: a fork of a process with Arrow's threads in it may hang.
    context = get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, initializer=_begin, initargs=(sys.path,)) as pool:
        yield from pool.map(work, items)


def _begin(path: list[str]) -> None:
    # Other work on the machine comes first.
    os.nice(5)
    sys.path[:] = path
    prepare()
