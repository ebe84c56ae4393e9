"""Uploads under contracts that are deployed and rolled back while the functions run, with the roles
that the functions have. Each of them asks the bucket of contracts once a minute."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import CACHED, POINTER, bundle_name, digest_of, pointer_to
from csvgate.contracts.match import Contracts
from csvgate.contracts.recipients import Recipients
from csvgate.runtime import deployed_contracts
from csvgate.runtime.current_contracts import STALE
from csvgate.runtime.errors import Transient
from csvgate.runtime.start_up import Runtime
from fakes.effects import Effect
from unit.delivery.simple import contract, table
from unit.delivery.test_call_counts import CLEAN, Steps, run, without_subject
from world import World

LOOK = "storage.read current.json"


def named(*fields: str, **changes: object) -> Contracts:
    return Contracts([contract(fields or ("a",), **changes)])


@dataclass
class Deployed(World):
    """A world whose functions read the contracts from their bucket."""

    source: Path = Path("none")
    """The source folder of the functions."""

    def deploy(self, found: Contracts) -> None:
        bundle = make_bundle(found)
        self.store.put("contracts", bundle_name(digest_of(bundle)), bundle)
        self.point(digest_of(bundle))

    def point(self, digest: str) -> None:
        self.store.put("contracts", POINTER, pointer_to(digest).encode())

    def contracts_of(self, runtime: Runtime) -> Callable[[], Contracts]:
        return deployed_contracts.contracts(_in_bucket(runtime), self.source, self.clock)

    def recipients_of(self, runtime: Runtime) -> Callable[[], Mapping[str, Recipients]]:
        return deployed_contracts.recipients(_in_bucket(runtime), self.source, self.clock)


def _in_bucket(runtime: Runtime) -> Runtime:
    settings = runtime.settings.model_copy(update={"contracts_bucket": "contracts"})
    return Runtime(
        settings=settings,
        store=runtime.store,
        publisher=runtime.publisher,
        ledger=runtime.ledger,
        dead_letters=runtime.dead_letters,
        pool=runtime.pool,
    )


def started(world: Deployed, found: Contracts) -> Deployed:
    world.deploy(found)
    world.restart()
    return world


@pytest.fixture
def world(tmp_path: Path) -> Deployed:
    """Instances that have handled one upload, and whose sources have the bundle in use."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / CACHED).write_bytes(make_bundle(named()))
    made = started(Deployed(source=tmp_path), named())
    made.validate(made.upload("plain/0.csv", table(4)))
    made.drain()
    return made


def upload(world: World, name: str, data: bytes = b"") -> Steps:
    return without_subject(run(world, world.upload(f"plain/{name}.csv", data or table(3))))


def test_a_warm_instance_makes_no_further_call(world: Deployed) -> None:
    assert CLEAN == upload(world, "1")


def test_each_function_looks_once_a_minute(world: Deployed) -> None:
    for rows in (5, 7):
        world.now += timedelta(seconds=61)
        steps = upload(world, f"{rows}", table(rows))
        assert [LOOK, *CLEAN.validate] == steps.validate
        assert CLEAN.enrich == steps.enrich
        assert [LOOK, *CLEAN.notify] == steps.notify
        assert CLEAN == upload(world, f"{rows + 1}", table(rows + 1))


def test_a_cold_start_reads_one_small_object(world: Deployed) -> None:
    looks = world.store.effects.looks
    looks.clear()
    world.restart()
    assert ["contracts/current.json"] * 2 == [effect.target for effect in looks]


def test_deployed_contracts_are_used_without_a_new_instance(world: Deployed) -> None:
    two_columns = b"a,b\n1,2\n"
    world.deploy(named("a", "b", destination={"dataset": "sales", "table": "pairs"}))
    world.now += STALE
    upload(world, "1", two_columns)
    assert "completed" == world.finished()[-1].outcome
    world.point(digest_of(make_bundle(named())))
    world.now += STALE
    upload(world, "2", two_columns + b"3,4\n")
    assert "rejected" == world.finished()[-1].outcome


def test_a_pinned_upload_is_finished_under_its_contract(world: Deployed) -> None:
    """Its first delivery is lost after the pin. The second one comes after a deploy of contracts of
    which none matches the object."""
    event = world.upload("plain/1.csv", table(3))

    def fail(effect: Effect) -> None:
        if effect.kind == "storage.stream":
            raise Transient("storage.unavailable", "503")

    world.effects.looking = fail
    with pytest.raises(Transient):
        world.validate(event)
    world.effects.looking = lambda _: None
    world.deploy(named(match=["elsewhere/*.csv"]))
    world.now += STALE
    assert "sealed: valid" == world.validate(event)
    assert "ignored: no contract" == world.validate(world.upload("plain/2.csv", table(3)))


def test_a_changed_recipient_is_informed(world: Deployed) -> None:
    address = "mirela.petrescu@example.com"
    world.deploy(named(notify={"completed": [address]}))
    world.now += STALE
    upload(world, "1")
    assert (address,) == world.mailer.sent[-1].recipients


def test_an_event_waits_if_no_contracts_can_be_read() -> None:
    world = Deployed()
    event = world.upload("plain/1.csv", table(3))
    with pytest.raises(Transient, match=r"contracts\.unreadable"):
        world.validate(event)
    assert [] == world.letter_codes()
    assert {} == world.store.buckets["ledger"]
    world.deploy(named())
    assert "sealed: valid" == world.validate(event)
