"""`csvgate revoke` and `csvgate restore` of uploads that change rows of their table."""

from datetime import timedelta
from typing import Any

import pytest

from csvgate.effects.model import JobResult
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.undo.services import CannotUndo
from csvgate_ops.operate.uploads import status
from unit.delivery import simple
from unit.operate.undo.undoing import restore_in, revoke_in, send
from world import World

NAME = "plain/a.csv"


def world_of(**way: Any) -> World:
    return World(contracts=simple.contracts(**way))


def values(world: World) -> list[int]:
    return sorted(row["a"] for row in world.warehouse.rows("sales.plain"))


def test_the_current_generation_leaves_and_comes_back() -> None:
    world = world_of(on_overwrite="replace")
    send(world, NAME, simple.table(2))
    second = send(world, NAME, simple.table(3))
    assert [0, 1, 2] == values(world)
    assert 3 == revoke_in(world, second).removed
    assert [] == values(world)
    restore_in(world, second)
    assert [0, 1, 2] == values(world)
    third = send(world, NAME, simple.table(1))
    assert [0] == values(world)
    assert "completed" == status(world.ledger, third).state


def test_a_generation_that_was_replaced_is_not_in_the_table() -> None:
    world = world_of(on_overwrite="replace")
    first = send(world, NAME, simple.table(2))
    send(world, NAME, simple.table(3))
    with pytest.raises(CannotUndo, match="has replaced the rows"):
        revoke_in(world, first)
    assert "completed" == status(world.ledger, first).state


def test_a_generation_is_not_restored_over_a_newer_one() -> None:
    world = world_of(on_overwrite="replace")
    first = send(world, NAME, simple.table(2))
    revoke_in(world, first)
    send(world, NAME, simple.table(3))
    restore_in(world, first)
    found = status(world.ledger, first)
    assert ("rejected", "upload.superseded") == (found.state, found.code)
    assert [0, 1, 2] == values(world)


def test_the_upload_that_has_replaced_the_table_leaves() -> None:
    world = world_of(replace="table")
    first = send(world, NAME, simple.table(2))
    second = send(world, "plain/b.csv", simple.table(3))
    with pytest.raises(CannotUndo, match=f"upload {second} has replaced the whole table"):
        revoke_in(world, first)
    revoke_in(world, second)
    assert [] == values(world)


def test_keys_of_a_revoked_upload_may_be_loaded_by_another_one() -> None:
    fields = [{"name": "a", "type": "integer", "constraints": {"unique": "table"}}]
    world = world_of(schema={"fields": fields})
    first = send(world, NAME, simple.table(2))
    revoke_in(world, first)
    send(world, "plain/b.csv", simple.table(2))
    assert [0, 1] == values(world)
    restore_in(world, first)
    found = status(world.ledger, first)
    assert ("rejected", "unique.in_table") == (found.state, found.code)


def test_rows_that_were_replaced_one_by_one_do_not_come_back() -> None:
    world = world_of(replace_by=["a"])
    send(world, NAME, simple.table(2))
    second = send(world, "plain/b.csv", simple.table(1))
    assert 1 == revoke_in(world, second).removed
    assert [1] == values(world)


def test_merged_rows_cannot_be_revoked() -> None:
    fields = [{"name": "a", "type": "integer", "constraints": {"required": True}}]
    world = world_of(schema={"fields": fields}, merge={"key": ["a"]})
    upload = send(world, NAME, simple.table(2))
    with pytest.raises(CannotUndo, match=r"were merged into sales\.plain"):
        revoke_in(world, upload)


def test_whoever_finds_the_entry_open_removes_the_rows() -> None:
    """The operator has gone; the next generation closes the entry before its own."""
    world = world_of(on_overwrite="replace")
    first = send(world, NAME, simple.table(2))
    world.warehouse.jobs.seconds = lambda _: 300
    with pytest.raises(Transient):
        revoke_in(world, first)
    world.warehouse.jobs.seconds = lambda _: 0
    world.now += timedelta(minutes=10)
    send(world, NAME, simple.table(3))
    assert [0, 1, 2] == values(world)
    assert "revoking" == status(world.ledger, first).state
    assert 2 == revoke_in(world, first).removed
    assert [0, 1, 2] == values(world)


def test_an_entry_that_failed_for_good_is_followed_by_another_one() -> None:
    world = world_of(on_overwrite="replace")
    first = send(world, NAME, simple.table(2))
    world.warehouse.jobs.failing = lambda *_: JobResult(state="failed", reason="invalidQuery")
    with pytest.raises(CannotUndo, match="invalidQuery"):
        revoke_in(world, first)
    world.warehouse.jobs.failing = lambda *_: None
    assert 2 == revoke_in(world, first).removed
    assert [] == values(world)
