"""Copies of references in the ledger: an upload pins one, and whatever becomes of the reference, all
its chunks are read and enriched with that copy."""

from datetime import UTC, datetime, timedelta

import pytest

from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.ledger.snapshots import snapshot_name
from csvgate.runtime.errors import Transient
from fakes.effects import Effect
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import VALIDATED, World

NOVEMBER, DECEMBER = datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
RATES = b"currency,eur_rate\nEUR,%d\n"


def name(bucket: str = "references", at: datetime = NOVEMBER, generation: int = 7) -> str:
    return snapshot_name(bucket, "fx.csv", generation, at)


def test_names_differ_by_month_generation_object_and_bucket() -> None:
    names = [
        name(),
        name(at=DECEMBER),
        name(at=datetime(2027, 11, 30, tzinfo=UTC)),
        name(generation=8),
        name("other"),
        snapshot_name("references", "fy.csv", 7, NOVEMBER),
    ]
    assert len(set(names)) == len(names)
    assert name() == name(at=NOVEMBER - timedelta(days=29)), "once a month"
    assert ["references/2026-11", "references/2026-12"] == [
        each.rpartition("/")[0] for each in names[:2]
    ]


def pin(world: World, object_name: str = "orders/a.csv") -> Received:
    found = world.ledger.upload(upload_id(world, object_name)).received()
    assert found is not None
    return found


def snapshots(world: World) -> set[str]:
    return {n for n in world.store.buckets["ledger"] if n.startswith("references/")}


def upload(world: World, object_name: str = "orders/a.csv", rows: int = 3) -> None:
    world.validate(world.upload(object_name, orders(rows)))


def rates(world: World) -> set[int]:
    return {int(row["eur_rate"]) for row in world.warehouse.rows("sales.orders")}


def test_the_pin_names_object_generation_and_copy() -> None:
    world = World()
    info = world.store.put("references", "fx_rates.csv", RATES % 5)
    upload(world)
    (pinned,) = [r for r in pin(world).references.values() if r.object == "fx_rates.csv"]
    assert ("fx_rates.csv", info.generation) == (pinned.object, pinned.generation)
    assert RATES % 5 == world.store.buckets["ledger"][pinned.snapshot].data
    assert pinned.snapshot in snapshots(world)


def test_uploads_of_a_month_share_a_copy_and_those_of_the_next_have_their_own() -> None:
    """The lifecycle rule of the ledger deletes objects by their age: a copy must be younger than
    the uploads that are pinned to it."""
    world = World()
    world.now = NOVEMBER
    upload(world)
    first = snapshots(world)
    upload(world, "orders/b.csv")
    assert first == snapshots(world)
    world.now = DECEMBER
    upload(world, "orders/c.csv")
    second = snapshots(world) - first
    assert len(first) == len(second) == 2
    assert {r.snapshot for r in pin(world, "orders/c.csv").references.values()} == second
    generations = [r.generation for r in pin(world).references.values()]
    assert generations == [r.generation for r in pin(world, "orders/c.csv").references.values()]
    for old in first:
        world.store.delete("ledger", old)
    world.restart()
    upload(world, "orders/d.csv")
    world.delivered[VALIDATED] = 2
    world.drain()
    assert 6 == len(world.warehouse.rows("sales.orders"))


def test_a_new_generation_has_a_new_copy() -> None:
    """A copy that was named without its generation would be that of an older one."""
    world = World()
    world.store.put("references", "fx_rates.csv", RATES % 5)
    upload(world)
    world.store.put("references", "fx_rates.csv", RATES % 6)
    upload(world, "orders/b.csv")
    assert 3 == len(snapshots(world))
    assert pin(world).plan != pin(world, "orders/b.csv").plan
    world.drain()
    assert {5, 6} == rates(world)


@pytest.mark.parametrize("change", ["deleted", "replaced", "damaged"])
@pytest.mark.parametrize("restarted", [True, False])
def test_what_becomes_of_the_reference_after_the_pin_does_not_matter(
    change: str, *, restarted: bool
) -> None:
    world = World()
    world.store.put("references", "fx_rates.csv", RATES % 5)
    event = world.upload("orders/a.csv", orders(100))
    world.store.corrupt = lambda bucket, _, data: data[:-1] if bucket == "uploads" else data
    with pytest.raises(Transient, match=r"storage\.corrupt"):
        world.validate(event)
    world.store.corrupt = lambda _bucket, _name, data: data
    if change == "deleted":
        world.store.delete("references", "fx_rates.csv")
        world.store.delete("references", "customers.csv")
    else:
        other = RATES % 6 if change == "replaced" else b"\xff"
        world.store.put("references", "fx_rates.csv", other)
    if restarted:
        world.restart()
    assert "sealed: valid" == world.validate(event)
    world.drain()
    assert (100, {5}) == (len(world.warehouse.rows("sales.orders")), rates(world))


def test_a_reference_that_changes_while_it_is_copied_is_copied_again() -> None:
    world = World()
    event = world.upload("orders/a.csv", orders(3))
    changes = 1

    def replace(effect: Effect) -> None:
        nonlocal changes
        if effect == Effect("storage.read", "references/fx_rates.csv") and changes:
            changes -= 1
            world.store.put("references", "fx_rates.csv", RATES % 6)

    world.effects.looking = replace
    with pytest.raises(Transient, match=r"reference\.changing"):
        world.validate(event)
    assert world.ledger.upload(upload_id(world)).received() is None
    assert "sealed: valid" == world.validate(event)
    world.drain()
    assert {6} == rates(world)


def test_a_copy_is_made_once_by_all_instances() -> None:
    world = World()
    upload(world)
    copies = len([e for e in world.effects.log if e.target.startswith("ledger/references/")])
    world.restart()
    upload(world, "orders/b.csv")
    assert (2, 2) == (
        copies,
        len([e for e in world.effects.log if e.target.startswith("ledger/references/")]),
    )
