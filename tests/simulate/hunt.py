"""Find out how the simulation catches a mutant."""

from collections.abc import Iterable, Iterator

from simulate.crash_points import first_violation
from simulate.mutants import MUTANTS
from simulate.scenarios import SCENARIOS
from simulate.seeds import run

FEW_SEEDS, MOST_SEEDS = 600, 3000


def hunt(name: str) -> str | None:
    """What caught the mutant, among the seeds and scenarios that CI runs; None when it survives.
    What its entry names is tried first."""
    mutant = MUTANTS[name]
    likely = [each for each in SCENARIOS if each.name in mutant.likely]
    others = [each for each in SCENARIOS if each.name not in mutant.likely]
    with mutant.begin():
        return (
            _first(first_violation(each) for each in likely)
            or _by_seeds(each for each in mutant.likely if isinstance(each, int))
            or _first(first_violation(each, points="none") for each in others)
            or _by_seeds(range(FEW_SEEDS))
            or _first(first_violation(each) for each in others)
            or _by_seeds(range(FEW_SEEDS, MOST_SEEDS))
        )


def _first(found: Iterator[str | None]) -> str | None:
    return next((violation for violation in found if violation), None)


def _by_seeds(seeds: Iterable[int]) -> str | None:
    return _first(
        f"seed {seed}: {violation}" if (violation := run(seed).violation) else None
        for seed in seeds
    )
