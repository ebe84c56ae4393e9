"""Enrichment that fails after the rows were loaded, for example under another revision."""

from datetime import timedelta

import pytest

from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.runtime.errors import Permanent, Transient
from fakes.effects import Effect
from unit.delivery.simple import contracts, table
from world import COMPLETE, VALIDATED, World, published

ROWS = 5


def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Permanent("derive.failed", "b = 1 / a fails on line 2")

    monkeypatch.setattr(Enrichment, "apply", fail)


def sealed() -> World:
    world = World(contracts=contracts())
    world.validate(world.upload("plain/a.csv", table(ROWS)))
    return world


def redeliver(world: World) -> str:
    return world.enrich(published(world.publisher.topics[VALIDATED][0], 2))


def interrupted(kind: str, *, is_executed: bool) -> World:
    """A delivery claims its place in a shared stream and crashes at this effect."""
    world = sealed()

    def crash(effect: Effect) -> None:
        if effect.kind == kind:
            raise Transient("service.unavailable", "no answer")

    setattr(world.effects, "after" if is_executed else "before", crash)
    with pytest.raises(Transient, match=r"service\.unavailable"):
        world.enrich(published(world.publisher.topics[VALIDATED][0], 1))
    world.effects.before = world.effects.after = lambda _: None
    world.restart()
    world.now += timedelta(seconds=61)
    return world


def test_a_finished_upload_stays_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """No letter, and no email about a failure, follows the email about its completion."""
    world = sealed()
    world.drain()
    failing(monkeypatch)
    assert "finished before" == redeliver(world)
    assert [] == world.letter_codes()
    assert ["completed"] == [event.outcome for event in world.finished()]


@pytest.mark.parametrize("kind", ["bigquery.append", "pubsub.publish"])
def test_rows_that_are_loaded_complete_the_upload(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = interrupted(kind, is_executed=True)
    failing(monkeypatch)
    assert "completed" == redeliver(world)
    assert ROWS == len(world.warehouse.rows("sales.plain"))
    assert [] == world.letter_codes()
    assert world.publisher.topics[COMPLETE]


def test_rows_that_are_not_loaded_end_in_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The letter's replay loads them, once the enrichment succeeds again."""
    world = interrupted("bigquery.append", is_executed=False)
    with monkeypatch.context() as patch:
        failing(patch)
        assert "dead-lettered: derive.failed" == redeliver(world)
    assert [] == world.warehouse.rows("sales.plain")
    assert "completed" == redeliver(world)
    assert ROWS == len(world.warehouse.rows("sales.plain"))


@pytest.mark.parametrize("code", ["derive.failed", "derive.too_slow", "derive.crashed"])
def test_a_chunk_that_fails_is_computed_once(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An expression may need a minute to fail, and four requests share one process for it."""
    computed = []

    def fail(*_: object) -> None:
        computed.append(code)
        raise Permanent(code, "b = 1 / a")

    world = sealed()
    monkeypatch.setattr(Enrichment, "apply", fail)
    assert f"dead-lettered: {code}" == redeliver(world)
    assert [code] == computed
