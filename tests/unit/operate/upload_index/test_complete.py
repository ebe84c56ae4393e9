"""Uploads from before the index are found, and `csvgate index` lists them as the functions do."""

import pytest
from click.testing import CliRunner

from csvgate.protocol.ledger.day_paths import DAY_STAGE
from csvgate_ops.cli import main as cli
from csvgate_ops.operate.upload_index.complete import missing
from csvgate_ops.operate.upload_list import find
from csvgate_ops.session import Session
from unit.operate.undo.undoing import restore_in, revoke_in, with_two_corrections
from unit.protocol.orders import orders
from world import World


def index_of(world: World) -> dict[str, bytes]:
    ledger = world.store.buckets["ledger"]
    return {name: each.data for name, each in ledger.items() if DAY_STAGE.parse(name)}


@pytest.fixture
def world() -> World:
    """A cloud with uploads that completed, were rejected, ignored, revoked and restored."""
    world, upload, _ = with_two_corrections()
    revoke_in(world, upload)
    restore_in(world, upload)
    for name, data in {
        "orders/b.csv": orders(3),
        "orders/bad.csv": b"not,orders\n1,2\n",
        "notes/readme.txt": b"hello",
    }.items():
        world.validate(world.upload(name, data))
    world.drain()
    return world


def test_a_forgotten_index_is_written_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = index_of(world)
    assert {"completed", "rejected", "ignored", "revoked", "restored", "received"} == {
        parts["stage"].partition("-")[0]
        for name in before
        if (parts := DAY_STAGE.parse(name)) is not None
    }
    for name in before:
        world.store.delete("ledger", name)
    found = find(world.ledger, "orders/b.csv", world.now)
    assert found is not None
    assert "completed" == found.state
    monkeypatch.setattr(
        "csvgate_ops.cli.operate.index.open_session", lambda *_: Session({"project": "p"})
    )
    monkeypatch.setattr(Session, "ledger", lambda _: world.ledger)
    said = CliRunner().invoke(cli.csvgate, ["index"])
    assert "Added 6 uploads to the index.\n" == said.output
    assert before == index_of(world)
    assert 1 == sum("index.complete" in name for name in world.store.buckets["audit"])
    assert [] == list(missing(world.ledger, world.now))
