"""Which contracts an event gets, when the bucket is read for them, and what a failure changes."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csvgate.contracts.bundle_format import (
    POINTER,
    bundle_name,
    contracts_in,
    digest_of,
    pointer_to,
)
from csvgate.runtime.current_contracts import FRESH, STALE, CurrentContracts
from csvgate.runtime.errors import Transient
from fakes.effects import Effect
from fakes.executor import InlineExecutor
from fakes.storage import FakeObjectStore

BUCKET = "contracts"
ONE_READ = [f"{BUCKET}/{POINTER}"]


def bundle(name: str) -> bytes:
    return json.dumps({"format": 1, "contracts": [name]}).encode()


class Later(Executor):
    """Runs nothing before the test asks for it."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()

        def call() -> None:
            try:
                future.set_result(function(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - a future holds any failure
                future.set_exception(error)

        self.calls.append(call)
        return future

    def run(self) -> None:
        calls, self.calls = self.calls, []
        for call in calls:
            call()


class Bucket:
    """The bucket of contracts, and the reads of it since `reads` was called."""

    def __init__(self) -> None:
        self.store = FakeObjectStore(BUCKET)
        self.now = datetime(2026, 11, 29, 12, tzinfo=UTC)

    def deploy(self, name: str, *, data: bytes | None = None) -> str:
        digest = digest_of(bundle(name))
        self.store.put(BUCKET, bundle_name(digest), bundle(name) if data is None else data)
        self.store.put(BUCKET, POINTER, pointer_to(digest).encode())
        return digest

    def instance(
        self, pool: Executor | None = None, cached: Path = Path("none")
    ) -> CurrentContracts[str]:
        return CurrentContracts(
            self.store,
            BUCKET,
            parse,
            cached=cached,
            pool=pool or InlineExecutor(),
            clock=lambda: self.now,
        )

    def after(self, age: timedelta) -> None:
        self.now += age

    def reads(self) -> list[str]:
        found = [effect.target for effect in self.store.effects.looks]
        self.store.effects.looks.clear()
        return found

    def break_reads(self, error: Exception | None) -> None:
        def look(_: Effect) -> None:
            if error is not None:
                raise error

        self.store.effects.looking = look


def parse(data: bytes) -> str:
    (name,) = contracts_in(data)
    if name == "from the future":
        raise ValueError("an unknown property")
    return str(name)


@pytest.fixture
def bucket() -> Bucket:
    made = Bucket()
    made.deploy("first")
    return made


UNREACHABLE = Transient("storage.unavailable", "503")


def test_a_cold_start_reads_the_pointer_and_the_bundle(bucket: Bucket) -> None:
    assert "first" == bucket.instance()()
    assert [*ONE_READ, f"{BUCKET}/{bundle_name(digest_of(bundle('first')))}"] == bucket.reads()


def test_with_the_staged_bundle_it_reads_only_the_pointer(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_bytes(bundle("first"))
    assert "first" == bucket.instance(cached=tmp_path / "bundle.json")()
    assert ONE_READ == bucket.reads()


def test_a_staged_bundle_that_is_not_in_use_is_not_used(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_bytes(bundle("older"))
    assert "first" == bucket.instance(cached=tmp_path / "bundle.json")()


def test_the_first_read_begins_before_the_first_event(bucket: Bucket) -> None:
    pool = Later()
    instance = bucket.instance(pool)
    instance.prefetch()
    assert 1 == len(pool.calls)
    pool.run()
    bucket.reads()
    assert "first" == instance()
    assert [] == bucket.reads()


def test_a_busy_instance_reads_once_a_minute_and_never_waits(bucket: Bucket) -> None:
    """An event every second, and a deploy of contracts after 100 seconds."""
    pool = Later()
    instance = bucket.instance(pool)
    instance.prefetch()
    pool.run()
    bucket.reads()
    used = []
    for second in range(1, 241):
        bucket.after(timedelta(seconds=1))
        if second == 100:
            bucket.deploy("second")
        used.append(instance())
        pool.run()  # the read ends before the next event
    assert [*ONE_READ, *ONE_READ, f"{BUCKET}/{bundle_name(digest_of(bundle('second')))}"] == (
        bucket.reads()[:3]
    )
    assert 120 == used.index("second")
    assert {"second"} == set(used[120:])


def test_how_many_reads_an_hour_takes(bucket: Bucket) -> None:
    instance = bucket.instance()
    for _ in range(3600):
        bucket.after(timedelta(seconds=1))
        instance()
    # The first event reads the bundle too.
    assert 60 + 1 == len(bucket.reads())


@pytest.mark.parametrize(
    ("age", "used", "reads"),
    [
        (FRESH - timedelta(seconds=1), "first", 0),
        (FRESH, "first", 1),
        (STALE - timedelta(seconds=1), "first", 1),
        (STALE, "second", 1),
        (timedelta(days=2), "second", 1),
        (timedelta(seconds=-1), "second", 1),
    ],
    ids=["fresh", "due", "nearly stale", "stale", "idle for days", "the clock was set back"],
)
def test_the_age_decides_whether_an_event_waits(
    age: timedelta, used: str, reads: int, bucket: Bucket
) -> None:
    pool = Later()
    instance = bucket.instance(pool)
    instance.prefetch()
    pool.run()
    bucket.deploy("second")
    bucket.after(age)
    with ThreadPoolExecutor(1) as thread:
        event = thread.submit(instance)
        # An event that waits cannot end before the read runs, and others need not wait for it.
        while reads and not pool.calls:
            pass
        if used == "second":
            assert not event.done()
        else:
            assert used == event.result(timeout=60)
        assert reads == len(pool.calls)
        pool.run()
        assert used == event.result(timeout=60)


def test_threads_share_one_read(bucket: Bucket) -> None:
    looking, inside = threading.Event(), threading.Semaphore(0)

    def look(_: Effect) -> None:
        inside.release()
        assert looking.wait(60)

    bucket.store.effects.looking = look
    with ThreadPoolExecutor(8) as pool:
        instance = bucket.instance(pool)
        events = [pool.submit(instance) for _ in range(6)]
        assert inside.acquire(timeout=60)
        looking.set()
        assert ["first"] * 6 == [event.result(timeout=60) for event in events]
    assert [*ONE_READ, f"{BUCKET}/{bundle_name(digest_of(bundle('first')))}"] == bucket.reads()


def test_a_read_that_was_suspended_between_events_is_not_waited_for(bucket: Bucket) -> None:
    """Between events an instance gets no CPU time: a read that began beside the last one ends with
    the pointer of that time."""
    pool = Later()
    instance = bucket.instance(pool)
    instance.prefetch()
    pool.run()
    bucket.after(FRESH)
    assert "first" == instance()
    (suspended,), pool.calls = pool.calls, []
    old = bucket.store.buckets[BUCKET][POINTER]
    bucket.deploy("second")
    bucket.after(timedelta(hours=1))

    def resume() -> None:
        new, bucket.store.buckets[BUCKET][POINTER] = bucket.store.buckets[BUCKET][POINTER], old
        suspended()
        bucket.store.buckets[BUCKET][POINTER] = new

    with ThreadPoolExecutor(1) as thread:
        event = thread.submit(instance)
        deadline = time.monotonic() + 10
        while not pool.calls and time.monotonic() < deadline:
            time.sleep(0.001)
        if not pool.calls:
            resume()
        pool.run()
        assert "second" == event.result(timeout=60)
    resume()
    assert "second" == instance()


@pytest.mark.parametrize("age", [FRESH, STALE], ids=["due", "stale"])
def test_without_the_bucket_an_instance_keeps_what_it_knows(age: timedelta, bucket: Bucket) -> None:
    instance = bucket.instance()
    instance()
    bucket.reads()
    bucket.break_reads(UNREACHABLE)
    bucket.after(age)
    assert "first" == instance() == instance()
    assert ONE_READ == bucket.reads(), "the next try comes a minute later"
    bucket.deploy("second")
    bucket.break_reads(None)
    bucket.after(STALE)
    assert "second" == instance()


def test_without_the_bucket_an_instance_that_knows_nothing_retries(
    bucket: Bucket, tmp_path: Path
) -> None:
    """Not even the staged bundle is used: it may be older than the contracts in use."""
    (tmp_path / "bundle.json").write_bytes(bundle("first"))
    instance = bucket.instance(cached=tmp_path / "bundle.json")
    bucket.break_reads(UNREACHABLE)
    instance.prefetch()
    for _ in range(2):
        with pytest.raises(Transient, match=r"storage\.unavailable: 503") as caught:
            instance()
        assert "contracts.unreadable" == caught.value.code
    bucket.break_reads(None)
    assert "first" == instance()


def remove_pointer(bucket: Bucket) -> None:
    bucket.store.delete(BUCKET, POINTER)


def remove_bundle(bucket: Bucket) -> None:
    bucket.store.delete(BUCKET, bundle_name(bucket.deploy("second")))


def damage_pointer(bucket: Bucket) -> None:
    bucket.store.put(BUCKET, POINTER, b'{"format": 1, "bundle": "../secrets"}')


def damage_bundle(bucket: Bucket) -> None:
    bucket.deploy("second", data=bundle("seconds"))


def grow_pointer(bucket: Bucket) -> None:
    bucket.store.put(BUCKET, POINTER, b" " * (64 * 1024 + 1))


def deploy_from_the_future(bucket: Bucket) -> None:
    bucket.deploy("from the future")


SPOILED: dict[Callable[[Bucket], None], tuple[str, str]] = {
    remove_pointer: ("contracts.unreadable", r"current\.json does not exist. Deploy the contracts"),
    remove_bundle: ("contracts.unreadable", r"bundles/[0-9a-f]{64}\.json does not exist"),
    damage_pointer: ("contracts.unusable", r"current\.json cannot be used: ValueError"),
    damage_bundle: ("contracts.unusable", "its SHA-256 is not the one that its name says"),
    grow_pointer: ("contracts.unreadable", r"storage\.too_large"),
    deploy_from_the_future: ("contracts.unusable", "this version of the function does not underst"),
}


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__)
def test_what_cannot_be_used_is_not_used(spoil: Callable[[Bucket], None], bucket: Bucket) -> None:
    code, message = SPOILED[spoil]
    knowing = bucket.instance()
    knowing()
    spoil(bucket)
    bucket.after(STALE)
    assert "first" == knowing()
    with pytest.raises(Transient, match=message) as caught:
        bucket.instance()()
    assert code == caught.value.code
    bucket.deploy("third")
    bucket.after(STALE)
    assert "third" == knowing()
