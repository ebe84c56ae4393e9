"""The delivery protocol under every crash, every pair of crashes, and three thousand schedules, and
proof that each deliberate bug is noticed. `make simulate` runs more seeds."""

import sys
from collections.abc import Callable
from secrets import token_bytes, token_hex
from typing import Any
from uuid import uuid4

from csvgate.protocol.ledger.entries import Note
from enrichment.finish_upload import UploadFinisher
from enrichment.sealed_load import SealedLoad
from simulate import pool
from simulate.crash_points import Enumeration, Tried, enumerate_crashes
from simulate.mutants import MUTANTS
from simulate.scenarios import SCENARIOS
from simulate.seeds import run
from simulate.world.identifiers import DRAWING
from simulate.world.swap import swapped

SEEDS = 3_000
SAME = 20
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
    every = [ran for runs in pool.seeds(0, SEEDS) for ran in runs]
    wrong = [ran for ran in every if ran.violation]
    assert [] == [f"make simulate SEED={ran.seed}: {ran.violation}" for ran in wrong[:5]]
    # A seed that fails there can be replayed here, where strings have other hashes.
    assert [run(ran.seed) for ran in every[:SAME]] == every[:SAME]


def test_each_deliberate_bug_is_caught(note: Callable[[object], None]) -> None:
    note(f"{len(list(MUTANTS))} deliberate bugs")
    survivors = [name for name, caught in pool.hunts(MUTANTS) if caught is None]
    assert [] == survivors


def test_a_seed_runs_the_same_every_time() -> None:
    for seed in range(SAME):
        assert run(seed, traced=True) == run(seed, traced=True)


def test_nothing_is_drawn_at_random_in_the_simulation() -> None:
    """A module that begins to draw is named in `DRAWING`. The adapters are not simulated, and the
    console is not either."""
    ours = ("csvgate.", "csvgate_ops.operate.", "intake.", "enrichment.", "notification.")
    others = ("csvgate.gcp.", "csvgate_ops.operate.console.")
    sources = {"uuid4": uuid4, "token_bytes": token_bytes, "token_hex": token_hex}
    found = {
        (module, name)
        for where, module in list(sys.modules.items())
        if where.startswith(ours) and not where.startswith(others)
        for name, source in sources.items()
        if getattr(module, name, None) is source
    }
    assert set(DRAWING) == found


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
