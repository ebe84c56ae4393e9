"""The three functions together on fakes: how uploads end."""

import random

import pytest

from csvgate.protocol.identity import Upload
from unit.protocol.invariants import check, loaded, rejected
from unit.protocol.orders import HEADER, orders, row
from world import World, finalized


def upload_id(world: World, name: str = "orders/a.csv") -> str:
    info = world.store.stat("uploads", name)
    assert info is not None
    return Upload(info.bucket, info.name, info.generation).id


def test_every_row_is_loaded_or_handed_back() -> None:
    world = World()
    event = world.upload("orders/a.csv", orders(100, bad=7))
    assert world.validate(event) == "sealed: valid"
    assert loaded(world) == [], "nothing is visible before the commit"
    world.drain()
    check(world, upload_id(world), valid=100, bad=7)
    assert world.letter_codes() == ["rows.rejected"]
    (letter,) = world.letters("validate_and_parse")
    assert letter.attributes["csvgate-counts"] == '{"type.number": 7}'
    assert len(world.mailer.sent) == 1


def test_enriched_columns_and_lineage() -> None:
    world = World()
    world.validate(world.upload("orders/a.csv", orders(1)))
    world.drain()
    (found,) = world.warehouse.rows("sales.orders")
    assert (upload_id(world), 2) == (found["_upload_id"], found["_line"])
    assert found["amount"] == found["amount_eur"]
    assert found["eur_rate"] == 1


def test_the_same_event_again_changes_nothing() -> None:
    world = World()
    event = world.upload("orders/a.csv", orders(100, bad=3))
    world.validate(event)
    world.validate(event)
    world.drain()
    world.restart()
    assert world.validate(event) == "finished before"
    world.drain()
    check(world, upload_id(world), valid=100, bad=3)
    assert len(world.mailer.sent) == 1
    assert world.letter_codes() == ["rows.rejected"]


@pytest.mark.parametrize("seed", range(20))
def test_order_and_duplicates_of_messages_do_not_matter(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a reproducible shuffle

    world = World()
    world.validate(world.upload("orders/a.csv", orders(100, bad=3)))
    world.drain(lambda new: chance.sample(new * 2, len(new) * 2))
    check(world, upload_id(world), valid=100, bad=3)
    assert len(world.mailer.sent) == 1


def test_a_new_generation_is_another_upload() -> None:
    world = World()
    for rows in (5, 6):
        world.validate(world.upload("orders/a.csv", orders(rows)))
        world.drain()
    assert len(loaded(world)) == 11
    assert len({upload for upload, _ in loaded(world)}) == 2


def test_over_the_limit_nothing_is_loaded() -> None:
    world = World()
    assert world.validate(world.upload("orders/a.csv", orders(10, bad=4))) == "sealed: over_limit"
    world.drain()
    assert loaded(world) == []
    assert len(rejected(world)) == 4
    assert [event.outcome for event in world.finished()] == ["rejected"]
    assert world.letter_codes() == ["limit.rejected"]
    assert len(world.mailer.sent) == 1


def test_an_unreadable_file_ends_in_a_letter_and_an_email() -> None:
    world = World()
    assert world.validate(world.upload("orders/a.csv", b"a,b,c\n1,2,3\n")) == "sealed: file_fault"
    world.drain()
    assert world.letter_codes() == ["header.missing_column"]
    assert [event.outcome for event in world.finished()] == ["rejected"]
    assert len(world.mailer.sent) == 1


def test_a_header_alone_completes_with_no_rows() -> None:
    world = World()
    world.validate(world.upload("orders/a.csv", HEADER))
    world.drain()
    check(world, upload_id(world), valid=0, bad=0)
    assert "sales.orders" in world.warehouse.tables


@pytest.mark.parametrize(
    ("bucket", "name", "outcome"),
    [
        ("uploads", "orders/", "ignored: folder"),
        ("uploads", "invoices/a.csv", "ignored: no contract"),
        ("rejects", "orders/a.rejects.csv", "ignored: reject file"),
        ("ledger", "orders/a.csv", "ignored: other bucket"),
    ],
)
def test_objects_that_are_not_uploads(bucket: str, name: str, outcome: str) -> None:
    world = World()
    info = world.store.put(bucket, name, orders(1))
    assert outcome == world.validate(finalized(info))
    world.drain()
    assert (loaded(world), world.letter_codes(), world.finished()) == ([], [], [])


def test_an_upload_that_was_overwritten_before_it_was_read() -> None:
    world = World()
    event = world.upload("orders/a.csv", orders(5))
    world.upload("orders/a.csv", orders(6))
    assert world.validate(event) == "sealed: file_fault"
    world.drain()
    assert world.letter_codes() == ["file.gone"]
    assert [e.outcome for e in world.finished()] == ["rejected"]
    assert len(world.mailer.sent) == 1


def test_a_missing_reference_is_named_and_the_letter_can_be_replayed() -> None:
    world = World()
    rates = world.store.buckets["references"].pop("fx_rates.csv")
    event = world.upload("orders/a.csv", orders(5))
    assert world.validate(event) == "dead-lettered: reference.missing"
    world.store.put("references", "fx_rates.csv", rates.data)
    world.validate(event)
    world.drain()
    assert len(loaded(world)) == 5


def test_a_table_that_contradicts_the_contract_is_refused_until_it_is_fixed() -> None:
    from csvgate.ports import Column
    from fakes.bigquery import Table

    world = World()
    world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    world.validate(world.upload("orders/a.csv", orders(5)))
    world.drain()
    letters = world.letters("enrich_records")
    assert {"table.contradicts"} == {m.attributes["csvgate-code"] for m in letters}
    assert {"failed"} == {e.outcome for e in world.finished()}
    assert len(world.mailer.sent) == 1, "one email however many chunks failed"
    del world.warehouse.tables["sales.orders"]
    world.restart()
    world.publisher.topics["validated-records"] += letters
    world.drain()
    assert 5 == len(loaded(world))
    assert "completed" == world.finished()[-1].outcome


def test_lines_are_those_of_an_editor() -> None:
    world = World()
    text = HEADER + row(1) + row(2).replace(b"note 2", b'"two\nlines"') + row(3, "x")
    text += row(4) + row(5)
    world.validate(world.upload("orders/a.csv", text))
    world.drain()
    assert [line for _, line in loaded(world)] == [2, 3, 6, 7]
    assert rejected(world) == [5]
