"""Foreign keys in all three functions are checked against the references of the plan."""

from pathlib import Path
from textwrap import dedent

import pytest

from csvgate.contracts.load import load_directory
from csvgate.runtime.errors import Transient
from unit.protocol.invariants import rejected
from world import World

CONTRACT = """
    dataset: returns
    match: ["returns/*.csv"]
    schema:
      fields:
        - {name: customer, constraints: {required: true}}
        - {name: shop}
        - {name: till, type: integer}
      foreignKeys:
        - {fields: customer, reference: {resource: people, fields: customer_id}}
        - {fields: [shop, till], reference: {resource: tills, fields: [shop, till]}}
    destination: {dataset: sales, table: returns}
    enrich:
      - lookup: {reference: people, by: customer, add: [segment]}
    references:
      people: {object: people.csv, key: customer_id}
      tills: {object: tills.csv, key: shop}
"""
PEOPLE = b"customer_id,segment\nC1,new\nC2,old\n"
# Its key has duplicates, which only lookups forbid.
TILLS = b"shop,till\nRome,01\nRome,02\nOslo,01\n"
DATA = b"customer,shop,till\nC1,Rome,1\nC3,Rome,1\nC2,,\nC2,Oslo,2\nC1,Oslo,1\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "returns.yaml").write_text(dedent(CONTRACT))
    world = World(contracts=load_directory(tmp_path), chunk_bytes=16)
    world.store.put("references", "people.csv", PEOPLE)
    world.store.put("references", "tills.csv", TILLS)
    return world


def rows(world: World) -> list[tuple[object, ...]]:
    found = world.warehouse.rows("sales.returns")
    return [
        (row["_line"], row["customer"], row["shop"], row["till"], row["segment"])
        for row in sorted(found, key=lambda row: int(str(row["_line"])))
    ]


def test_rows_with_unknown_keys_are_rejected(world: World) -> None:
    assert "sealed: valid" == world.validate(world.upload("returns/a.csv", DATA))
    world.drain()
    assert [
        (2, "C1", "Rome", 1, "new"),
        (4, "C2", None, None, "old"),
        (6, "C1", "Oslo", 1, "new"),
    ] == rows(world)
    assert [3, 5] == rejected(world)
    assert ["rows.rejected"] == world.letter_codes()
    (event,) = world.finished()
    assert {"constraint.foreign_key"} == {reason.code for reason in event.reasons}
    assert {
        None: "the combination of shop, till is not in the reference tills",
        "customer": "is not in the reference people",
    } == {reason.column: reason.examples[0].message for reason in event.reasons}


def test_a_retry_uses_the_references_of_the_first_delivery(world: World) -> None:
    event = world.upload("returns/a.csv", DATA)
    world.validate(event)
    world.store.put("references", "people.csv", b"customer_id,segment\nC3,new\n")
    world.restart()
    world.validate(event)
    world.drain()
    assert [2, 4, 6] == [row[0] for row in rows(world)]


def test_a_new_upload_uses_the_references_of_today(world: World) -> None:
    world.store.put("references", "people.csv", PEOPLE + b"C3,new\n")
    world.validate(world.upload("returns/a.csv", DATA))
    world.drain()
    assert [2, 3, 4, 6] == [row[0] for row in rows(world)]


def test_a_missing_reference_is_named_and_the_letter_can_be_replayed(world: World) -> None:
    tills = world.store.buckets["references"].pop("tills.csv")
    event = world.upload("returns/a.csv", DATA)
    assert "dead-lettered: reference.missing" == world.validate(event)
    world.store.put("references", "tills.csv", tills.data)
    assert "sealed: valid" == world.validate(event)
    world.drain()
    assert 3 == len(rows(world))


def test_a_malformed_reference_stops_the_upload(world: World) -> None:
    world.store.put("references", "tills.csv", b"shop,till\nRome,one\n")
    event = world.upload("returns/a.csv", DATA)
    assert "dead-lettered: reference.malformed" == world.validate(event)
    world.drain()
    assert ["failed"] == [e.outcome for e in world.finished()]
    assert "sales.returns" not in world.warehouse.tables


def test_the_copy_of_a_reference_that_is_gone(world: World) -> None:
    """The upload is pinned, but was not read to its end."""
    event = world.upload("returns/a.csv", DATA)
    world.store.corrupt = lambda _bucket, _name, data: data[:-1]
    with pytest.raises(Transient, match=r"storage\.corrupt"):
        world.validate(event)
    world.store.corrupt = lambda _bucket, _name, data: data
    for name in [n for n in world.store.buckets["ledger"] if n.startswith("references/")]:
        del world.store.buckets["ledger"][name]
    world.restart()
    assert "dead-lettered: reference.gone" == world.validate(event)
