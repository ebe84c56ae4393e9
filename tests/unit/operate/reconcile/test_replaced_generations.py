"""Reconciling uploads whose object is replaced by its next generation."""

from datetime import datetime, timedelta
from typing import Any

from csvgate_ops.operate.reconcile.facts import TableFacts
from unit.delivery import simple
from unit.operate.reconcile.test_reconcile_run import codes, read, report
from unit.operate.undo.undoing import restore_in, revoke_in, send
from world import World

NAME = "plain/a.csv"
TABLE = "sales.plain"


def two_generations() -> tuple[World, str, str]:
    world = World(contracts=simple.contracts(on_overwrite="replace"))
    return world, send(world, NAME, simple.table(5)), send(world, NAME, simple.table(3))


def rows(world: World) -> list[dict[str, Any]]:
    return world.warehouse.tables[TABLE].rows


def test_only_the_rows_of_the_current_generation_are_expected() -> None:
    world, _, _ = two_generations()
    assert () == report(world).findings


def test_rows_of_a_replaced_generation_are_surplus() -> None:
    world, first, _ = two_generations()
    there = rows(world)
    there.append({**there[0], **first_row(world, first)})
    (finding,) = report(world).findings
    assert ("rows.surplus", first) == (finding.code, finding.upload)
    assert "1 of its lines are in the table, but another generation" in finding.message


def first_row(world: World, upload: str) -> dict[str, Any]:
    """What a row of the first line of this upload has of its own."""
    found = world.ledger.upload(upload).standing_seal()
    assert found is not None
    return {"_upload_id": upload, "_ingested_at": found[1].ingested_at, "_line": 2}


def test_a_row_that_the_current_generation_lost_is_missing() -> None:
    world, _, second = two_generations()
    del rows(world)[0]
    (finding,) = report(world).findings
    assert ("rows.missing", second) == (finding.code, finding.upload)


def test_a_revoked_and_restored_generation_adds_up() -> None:
    world, _, second = two_generations()
    revoke_in(world, second)
    assert [] == codes(report(world))
    restore_in(world, second)
    assert [] == codes(report(world))


def test_a_generation_that_was_replaced_while_the_tables_were_read_is_not_reported() -> None:
    world, _, _ = two_generations()
    look = read(world)
    was_read: list[str] = []

    def read_later(table: str, since: datetime | None) -> TableFacts:
        if table == TABLE and not was_read:
            was_read.append(send(world, NAME, simple.table(4)))
        return look(table, since)

    assert () == report(world, read_table=read_later).findings
    assert was_read


def test_an_object_that_is_older_than_the_period_is_not_looked_for_in_it() -> None:
    """Its event came late, and the tables are read from the begin of the period on."""
    world, _, _ = two_generations()
    event = world.upload(NAME, simple.table(4))
    world.now += timedelta(hours=1)
    begin = world.now
    world.validate(event)
    world.drain()
    assert 4 == len(rows(world))
    assert [] == codes(report(world, since=begin))
