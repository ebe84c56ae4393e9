"""Uploads from before the index are found, and `csvgate index` lists them as the functions do."""

import pytest
from click.testing import CliRunner

from csvgate.protocol.ledger.day_paths import DAY_STAGE
from csvgate.runtime.errors import Transient
from csvgate_ops.cli import main as cli
from csvgate_ops.operate.upload_index.complete import complete, missing
from csvgate_ops.operate.upload_index.listing import read_listing, today
from csvgate_ops.operate.upload_list import find
from csvgate_ops.session import Session
from fakes.effects import Effect
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


def states_of(world: World) -> dict[str, tuple[str, int, int]]:
    listing = read_listing(world.ledger, until=today(world.now))
    return {upload.id: (upload.state, upload.read, upload.rejected) for upload in listing.uploads}


def stop_after(world: World, number: int) -> None:
    """Let Cloud Storage create so many entries of the index."""
    left = iter(range(number))

    def refuse(effect: Effect) -> None:
        if effect.target.startswith("ledger/days/") and next(left, None) is None:
            raise Transient("storage.unavailable", "a test")

    world.effects.before = refuse


def test_a_command_that_was_interrupted_can_be_run_again(world: World) -> None:
    before, states = index_of(world), states_of(world)
    for number in range(len(before)):
        for name in index_of(world):
            world.store.delete("ledger", name)
        stop_after(world, number)
        with pytest.raises(Transient):
            complete(world.ledger, missing(world.ledger, world.now))
        world.effects.before = lambda _: None
        complete(world.ledger, missing(world.ledger, world.now))
        assert states == states_of(world), number


def test_an_end_that_was_not_listed_is_added(world: World) -> None:
    """An old revision of a function, which does not list ends, may have ended the upload."""
    before = index_of(world)
    (plain,) = (
        upload
        for upload, state in states_of(world).items()
        if ("completed", 3, 0) == state and not any(f"{upload}.revoked" in name for name in before)
    )
    ended = [name for name in before if f"{plain}.completed" in name]
    for name in ended:
        world.store.delete("ledger", name)
    assert "under way" == states_of(world)[plain][0]
    assert [plain] == list(missing(world.ledger, world.now))
    assert 1 == complete(world.ledger, missing(world.ledger, world.now))
    assert before == index_of(world)
    world.validate(world.upload("orders/new.csv", orders(3)))
    assert 0 == complete(world.ledger, missing(world.ledger, world.now))
