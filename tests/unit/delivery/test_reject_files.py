"""The reject file of an upload: nothing rewrites one that may be sealed, and the seal names the
very object that it is about."""

from contextlib import suppress

import pytest

from csvgate.ports import CREATE_BYTES
from csvgate.protocol.events import RejectsRef
from csvgate.protocol.identity import Upload
from csvgate.runtime.errors import Transient
from fakes.effects import Effect
from fakes.storage import FakeObjectStore, crc32c
from intake.reject_output import RejectOutput, rejects_name
from unit.delivery.simple import contracts, table
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import World

UPLOAD = Upload("uploads", "orders/a.csv", 7)
PLAN = "0123456789abcdef"
FIRST = f"orders/a.{UPLOAD.id}-{PLAN}.rejects.csv"
LARGE = b"x" * (CREATE_BYTES + 1)


@pytest.fixture
def store() -> FakeObjectStore:
    return FakeObjectStore("rejects")


def write(store: FakeObjectStore, *pieces: bytes) -> RejectsRef | None:
    with RejectOutput(store, "rejects", UPLOAD, PLAN) as output:
        for piece in pieces:
            output.write(piece)
        return output.finish()


def check(store: FakeObjectStore, ref: RejectsRef | None, data: bytes) -> RejectsRef:
    """The reference names the object with these bytes as it is in the bucket."""
    assert ref is not None
    stored = store.buckets["rejects"][ref.name]
    assert data == stored.data
    assert (stored.info.generation, stored.info.crc32c) == (ref.generation, ref.crc32c)
    assert crc32c(data) == ref.crc32c
    return ref


def kinds(store: FakeObjectStore) -> list[str]:
    return [effect.kind for effect in store.effects.log]


def test_nothing_rejected_writes_no_file(store: FakeObjectStore) -> None:
    assert write(store) is None
    assert ([], {}) == (kinds(store), store.buckets["rejects"])


def test_a_small_file_is_one_request(store: FakeObjectStore) -> None:
    assert FIRST == check(store, write(store, b"a", b"b"), b"ab").name
    assert ["storage.create"] == kinds(store)
    assert [] == store.effects.looks


def test_as_many_bytes_as_a_request_has(store: FakeObjectStore) -> None:
    check(store, write(store, LARGE[:-1]), LARGE[:-1])
    assert ["storage.create"] == kinds(store)


@pytest.mark.parametrize("pieces", [(LARGE,), (LARGE[:-1], b"x"), (b"x", LARGE[:-1])])
def test_a_larger_file_is_streamed(store: FakeObjectStore, pieces: tuple[bytes, ...]) -> None:
    assert FIRST == check(store, write(store, *pieces), LARGE).name
    assert ["storage.write"] == kinds(store)


@pytest.mark.parametrize("data", [b"ab", LARGE], ids=["small", "large"])
def test_the_same_bytes_again_are_the_same_object(store: FakeObjectStore, data: bytes) -> None:
    first = check(store, write(store, data), data)
    before = dict(store.buckets["rejects"])
    assert first == write(store, data)
    assert before == store.buckets["rejects"]
    assert 1 == len(before)


@pytest.mark.parametrize("first", [b"ab", LARGE], ids=["small", "large"])
@pytest.mark.parametrize("second", [b"cd", b"y" + LARGE], ids=["small", "large"])
def test_other_bytes_take_another_name(store: FakeObjectStore, first: bytes, second: bytes) -> None:
    """The first one may be sealed, by a delivery that has not published its seal yet."""
    sealed = check(store, write(store, first), first)
    other = check(store, write(store, second), second)
    assert sealed.name != other.name
    check(store, sealed, first)
    assert other.name.startswith(f"orders/a.{UPLOAD.id}-")


def test_other_small_bytes_again_are_the_same_other_object(store: FakeObjectStore) -> None:
    write(store, b"ab")
    assert check(store, write(store, b"cd"), b"cd") == write(store, b"cd")
    assert 2 == len(store.buckets["rejects"])


@pytest.mark.parametrize("data", [b"ab", LARGE], ids=["small", "large"])
def test_nothing_appears_of_a_file_that_is_not_finished(
    store: FakeObjectStore, data: bytes
) -> None:
    with suppress(ZeroDivisionError), RejectOutput(store, "rejects", UPLOAD, PLAN) as output:
        output.write(data)
        raise ZeroDivisionError
    assert {} == store.buckets["rejects"]


def test_a_large_file_that_loses_a_race_is_written_by_a_retry(store: FakeObjectStore) -> None:
    with RejectOutput(store, "rejects", UPLOAD, PLAN) as output:
        output.write(LARGE)
        check(store, write(store, b"ab"), b"ab")
        with pytest.raises(Transient) as caught:
            output.finish()
    assert "rejects.raced" == caught.value.code
    assert b"ab" == store.buckets["rejects"][FIRST].data
    assert FIRST != check(store, write(store, LARGE), LARGE).name


def test_names_stay_within_the_limit() -> None:
    name = rejects_name(Upload("uploads", "ü" * 512, 7), PLAN)
    assert len(name.encode()) <= 1024
    assert name.endswith(f"-{PLAN}.rejects.csv")


def sealed_ref(world: World) -> RejectsRef:
    found = world.ledger.upload(upload_id(world)).standing_seal()
    assert found is not None
    assert found[1].rejects is not None
    return found[1].rejects


def test_a_second_delivery_never_rewrites_it() -> None:
    """A person, or a test under load, may be reading it: after the seal nothing is rewritten."""
    world = World()
    event = world.upload("orders/a.csv", orders(20, bad=2))
    world.validate(event)
    before = dict(world.store.buckets["rejects"])
    for _ in range(3):
        world.restart()
        world.validate(event)
        assert before == world.store.buckets["rejects"]
    world.drain()
    world.validate(event)
    assert before == world.store.buckets["rejects"]


def test_a_delivery_that_works_at_the_same_time_never_rewrites_it() -> None:
    """The second one reads the file, seals it and ends while the first one is about to write."""
    world = World()
    event = world.upload("orders/a.csv", orders(20, bad=2))
    seen: list[dict[str, object]] = []

    def other(effect: Effect) -> None:
        if effect.target.startswith("rejects/") and not seen:
            seen.append({})
            world.validator()(event)
            seen[0] = dict(world.store.buckets["rejects"])

    world.effects.before = other
    world.validate(event)
    world.effects.before = lambda _: None
    assert seen == [world.store.buckets["rejects"]]
    world.drain()
    (finished,) = world.finished()
    assert finished.rejects is not None
    assert sealed_ref(world).name == finished.rejects.name


@pytest.mark.parametrize("bad", [2, 150_000], ids=["small", "large"])
def test_the_seal_has_generation_and_checksum_of_the_object(bad: int) -> None:
    world = World(contracts=contracts(), chunk_bytes=2**24)
    world.validate(world.upload("plain/a.csv", table(3, bad=bad)))
    found = world.ledger.upload(upload_id(world, "plain/a.csv")).standing_seal()
    assert found is not None
    ref = found[1].rejects
    data = next(iter(world.store.buckets["rejects"].values())).data
    assert (bad > 2) == (len(data) > CREATE_BYTES)
    check(world.store, ref, data)


def test_the_object_is_there_before_the_seal_and_after_the_bytes_are_verified() -> None:
    world = World()
    world.validate(world.upload("orders/a.csv", orders(20, bad=2)))
    targets = [effect.target for effect in world.effects.log]
    rejects = next(n for n, target in enumerate(targets) if target.startswith("rejects/"))
    seal = next(n for n, target in enumerate(targets) if "/seals/" in target)
    staged = [n for n, target in enumerate(targets) if target.startswith("staging/")]
    assert max(staged) < rejects < seal
