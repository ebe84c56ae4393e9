"""Objects that several threads use at the same time."""

import threading
from collections.abc import Callable

import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa

from csvgate.csv.work import WORK, Work, counted
from csvgate.unique.column_hash import hash_column
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.clearing.lazy_property import lazy_property
from unit.validation.fast.threads import (
    KEY,
    SECONDS,
)

pytestmark = pytest.mark.usefixtures("no_thread_is_left")


def in_threads(count: int, call: Callable[[], object]) -> list[object]:
    """Return what `call` returns in each of several threads that begin together."""
    start, found = threading.Barrier(count), list[object]()

    def run() -> None:
        start.wait(SECONDS)
        found.append(call())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.usefixtures("hasty")
def test_a_key_serves_several_threads() -> None:
    """AES releases the lock of the interpreter while it encrypts."""
    column = pa.array(range(60_000))
    expected = KeyedHash(KEY).value("x"), hash_column(column, KeyedHash(KEY)).tolist()
    keyed = KeyedHash(KEY)

    def hashes() -> object:
        for _ in range(20):
            found = hash_column(column, keyed)
        return keyed.value("x"), found.tolist()

    assert [expected] * 4 == in_threads(4, hashes)


def test_each_thread_counts_its_own_work() -> None:
    others = Work()

    def work() -> None:
        WORK.scanned += 7
        WORK.hand_over_to(others)
        assert (0, 0, 0) == (WORK.scanned, WORK.framed, WORK.judged)

    with counted() as found:
        WORK.judged += 1
        in_threads(1, work)
    assert (0, 0, 1) == (found.scanned, found.framed, found.judged)
    with counted() as found:
        WORK.add(others)
    assert (7, 0, 0) == (found.scanned, found.framed, found.judged)


def test_lazy_properties_of_two_objects_are_computed_at_the_same_time() -> None:
    both = threading.Barrier(2)

    class Lazy:
        @lazy_property
        def value(self) -> int:
            """A number."""
            return both.wait(SECONDS)

    objects = [Lazy(), Lazy()]
    each = iter(objects)
    found = in_threads(2, lambda: next(each).value)
    assert {0, 1} == set(found)
    assert set(found) == {lazy.value for lazy in objects}, "computed once"
