"""The status of an upload, read from a ledger that the real functions wrote."""

import io

from rich.console import Console

from csvgate.runtime.errors import Permanent
from csvgate_ops.cli.operate._status_view import detail
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.upload_list import find
from csvgate_ops.operate.uploads import Failed, UploadStatus
from fakes.effects import Effect, Effects
from unit.protocol.orders import orders
from world import COMPLETE, World


def status(world: World, name: str) -> UploadStatus:
    found = find(world.ledger, name)
    assert found is not None
    return found


def shown(status: UploadStatus) -> str:
    out = io.StringIO()
    Console(file=out, width=130).print(detail(status, hints(status, [])))
    return " ".join(out.getvalue().split())


def correct(world: World, corrected: int) -> str:
    """Correct this many rows in the newest reject file of orders/a.csv and upload it; return its
    name."""
    name = max(n for n in world.store.buckets["rejects"] if n.startswith("orders/a."))
    text = world.store.buckets["rejects"][name].data.replace(b",twelve,", b",12.00,", corrected)
    world.validate(world.upload(name, text))
    world.drain()
    return name


def test_corrections_leave_fewer_rows_to_correct() -> None:
    world = World()
    world.validate(world.upload("orders/a.csv", orders(20, bad=3)))
    world.drain()
    assert 3 == status(world, "orders/a.csv").open_rows
    name = correct(world, corrected=2)
    original, correction = status(world, "orders/a.csv"), status(world, name)
    assert (1, (correction.id,)) == (original.open_rows, original.corrected_by)
    assert original.id == correction.corrects
    assert "1 of 3 rejected rows still to be corrected" in shown(original)


def test_a_failed_upload_is_shown_with_its_remedy() -> None:
    world = World()
    world.validate(world.upload("orders/failed.csv", orders(1)))
    for name in list(world.ledger.names("references/")):
        world.store.delete("ledger", name)
    world.drain()
    found = status(world, "orders/failed.csv") if find(world.ledger, "orders/failed.csv") else None
    assert found is not None
    assert (Failed(function="enrich_records", code="reference.gone"),) == found.failures
    advice = "Find out who deletes objects from the ledger bucket"
    assert f"enrich_records gave up with reference.gone: {advice}" in shown(found)


def test_a_refused_email_is_shown() -> None:
    def refuse(effect: Effect) -> None:
        if effect.kind.startswith("mail"):
            raise Permanent("mail.refused", "the key is wrong")

    world = World(effects=Effects(before=refuse))
    world.validate(world.upload("orders/a.csv", orders(2)))
    world.drain()
    found = status(world, "orders/a.csv")
    assert ("completed", False) == (found.state, found.emailed)
    assert (Failed(function="notify_stakeholders", code="mail.refused"),) == found.failures
    assert "notify_stakeholders gave up with mail.refused" in shown(found)
    assert f"csvgate dlq replay --upload {found.id}" in shown(found)

    world.effects.before = lambda effect: None
    for message in world.publisher.topics[COMPLETE]:
        world.deliver(COMPLETE, message)
    assert "gave up" not in shown(status(world, "orders/a.csv"))


def test_an_upload_in_progress_shows_which_function_works_on_it() -> None:
    world = World()
    world.validate(world.upload("orders/a.csv", orders(2)))
    found = status(world, "orders/a.csv")
    assert "loading" == found.state
    assert "enrich_records keeps failing and is retried" in shown(found)
