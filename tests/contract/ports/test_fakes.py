"""What the fakes can do besides the ports: damage a read, and execute a call too late."""

import pytest

from csvgate.runtime.errors import Transient
from fakes.effects import Effect, Effects, GaveUp
from fakes.storage import PAGE_NAMES, RANGE_BYTES, FakeObjectStore


@pytest.fixture
def effects() -> Effects:
    return Effects()


@pytest.fixture
def store(effects: Effects) -> FakeObjectStore:
    return FakeObjectStore("bucket", effects=effects)


def kinds(effects: list[Effect]) -> list[str]:
    return [effect.kind for effect in effects]


def test_a_read_may_be_damaged_while_the_object_is_intact(store: FakeObjectStore) -> None:
    info = store.put("bucket", "x", b"amount\n3\n")
    store.corrupt = lambda _bucket, _name, data: data.replace(b"3", b"9")
    assert store.read("bucket", "x") == b"amount\n9\n"
    pieces = store.stream("bucket", "x", info.generation, info.size)
    assert b"".join(pieces) == b"amount\n9\n"
    assert store.stat("bucket", "x") == info
    assert store.buckets["bucket"]["x"].data == b"amount\n3\n"


def give_up(_: Effect) -> None:
    raise GaveUp(Transient("storage.unavailable", "no answer"))


def test_a_call_may_be_executed_after_its_client_gave_up(
    store: FakeObjectStore, effects: Effects
) -> None:
    effects.before = give_up
    with pytest.raises(Transient, match=r"storage\.unavailable"):
        store.create("bucket", "x", b"late", "text/plain")
    assert store.read("bucket", "x") is None
    assert effects.log == []
    (call,) = effects.late
    call.execute()
    assert store.read("bucket", "x") == b"late"
    assert kinds(effects.log) == ["storage.create"]


def test_a_late_call_is_judged_when_it_is_executed(
    store: FakeObjectStore, effects: Effects
) -> None:
    effects.before = give_up
    with pytest.raises(Transient):
        store.create("bucket", "x", b"late", "text/plain")
    store.put("bucket", "x", b"theirs")
    effects.late[0].execute()
    assert store.read("bucket", "x") == b"theirs"
    store.buckets.clear()
    effects.late[0].execute()  # refused, and nobody hears of it


@pytest.mark.parametrize(
    ("size", "reads"), [(0, 1), (1, 1), (RANGE_BYTES, 1), (RANGE_BYTES + 1, 2)]
)
def test_each_range_of_a_stream_counts_as_a_read(
    store: FakeObjectStore, effects: Effects, size: int, reads: int
) -> None:
    info = store.put("bucket", "x", bytes(size))
    assert sum(map(len, store.stream("bucket", "x", info.generation, size))) == size
    assert kinds(effects.looks).count("storage.stream") == reads


@pytest.mark.parametrize(
    ("count", "pages"), [(0, 1), (PAGE_NAMES, 1), (PAGE_NAMES + 1, 2), (2 * PAGE_NAMES + 1, 3)]
)
def test_each_page_of_a_listing_counts(
    store: FakeObjectStore, effects: Effects, count: int, pages: int
) -> None:
    names = [f"p/{n:05d}" for n in range(count)]
    for name in names:
        store.put("bucket", name, b"")
    assert list(store.names("bucket", "p/")) == names
    assert kinds(effects.looks) == ["storage.names"] * pages
