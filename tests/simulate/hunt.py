"""Find out how the simulation catches a mutant."""

from simulate.crash_points import enumerate_crashes
from simulate.mutants import MUTANTS
from simulate.scenarios import SCENARIOS
from simulate.seeds import run

FEW_SEEDS, MOST_SEEDS = 600, 10_000


def hunt(name: str) -> str | None:
    """What caught the mutant, among the seeds and crashes that CI runs; None when it survives."""
    with MUTANTS[name]():
        return (
            _by_seeds(0, FEW_SEEDS)
            or _by_crashes(pairs=False)
            or _by_crashes(pairs=True)
            or _by_seeds(FEW_SEEDS, MOST_SEEDS)
        )


def _by_seeds(first: int, last: int) -> str | None:
    for seed in range(first, last):
        if violation := run(seed).violation:
            return f"seed {seed}: {violation}"
    return None


def _by_crashes(*, pairs: bool) -> str | None:
    for scenario in SCENARIOS:
        _, wrong = enumerate_crashes(scenario, pairs=pairs)
        if wrong:
            return str(wrong[0])
    return None
