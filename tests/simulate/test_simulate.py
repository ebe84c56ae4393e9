"""The delivery protocol under every crash, every pair of crashes, and three thousand schedules, and
proof that each deliberate bug is noticed. `make simulate` runs more seeds."""

from collections.abc import Callable
from typing import Any

from csvgate.protocol.ledger.entries import Note
from enrichment.finish_upload import UploadFinisher
from enrichment.sealed_load import SealedLoad
from simulate import pool
from simulate.crash_points import Enumeration, Tried, enumerate_crashes
from simulate.mutants import MUTANTS
from simulate.scenarios import SCENARIOS
from simulate.seeds import run
from simulate.world.swap import swapped

SEEDS = 3_000
ONE_CHUNK = next(scenario for scenario in SCENARIOS if scenario.name == "one chunk")


def test_no_crash_and_no_pair_of_crashes_loses_or_doubles_anything(
    note: Callable[[object], None],
) -> None:
    total, wrong = Enumeration(), list[Tried]()
    for _, count, found in pool.crashes():
        total, wrong = total + count, wrong + found
    note(f"{len(SCENARIOS)} scenarios: {total}")
    assert [] == [str(tried) for tried in wrong[:5]]


def test_no_schedule_loses_or_doubles_anything(note: Callable[[object], None]) -> None:
    note(f"{SEEDS:,} schedules")
    wrong = [ran for runs in pool.seeds(0, SEEDS) for ran in runs if ran.violation]
    assert [] == [f"make simulate SEED={ran.seed}: {ran.violation}" for ran in wrong[:5]]


def test_each_deliberate_bug_is_caught(note: Callable[[object], None]) -> None:
    note(f"{len(list(MUTANTS))} deliberate bugs")
    survivors = [name for name, caught in pool.hunts(MUTANTS) if caught is None]
    assert [] == survivors


def test_a_seed_runs_the_same_every_time() -> None:
    for seed in range(20):
        assert run(seed, traced=True) == run(seed, traced=True)


def test_a_side_effect_that_is_new_is_enumerated() -> None:
    before, _ = enumerate_crashes(ONE_CHUNK, pairs=False)
    original = UploadFinisher.announce

    def announce(self: UploadFinisher, load: SealedLoad, *args: Any) -> str:
        note = Note(at=self.clock(), code="new", message="", function="enrich_records")
        load.entries.note_repeat("new", note)
        return original(self, load, *args)

    with swapped(UploadFinisher, "announce", announce):
        after, wrong = enumerate_crashes(ONE_CHUNK, pairs=False)
    assert [] == wrong
    assert (before.effects + 1, before.points + 2) == (after.effects, after.points)
