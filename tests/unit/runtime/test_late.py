"""Objects that are built at their first use, and the collector that rests meanwhile."""

import gc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from types import SimpleNamespace

import pytest

from csvgate.runtime.fast_imports import collector_paused, imports_of_main
from csvgate.runtime.late import late

THREADS = 8


def test_it_is_built_at_the_first_use_and_once() -> None:
    calls = list[str]()

    def build() -> SimpleNamespace:
        calls.append("built")
        return SimpleNamespace(a=1, b=2)

    port = late(build)
    assert calls == []
    assert (port.a, port.b, port.a) == (1, 2, 1)
    assert calls == ["built"]


def test_threads_share_one() -> None:
    calls, ready = list[str](), Barrier(THREADS)

    def build() -> SimpleNamespace:
        calls.append("built")
        Event().wait(0.05)
        return SimpleNamespace(value=object())

    port = late(build)

    def use(_: int) -> object:
        ready.wait()
        return port.value

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(use, range(THREADS)))
    assert len(set(map(id, found))) == 1
    assert calls == ["built"]


def test_once_built_it_takes_no_lock() -> None:
    """Every call of a port goes through it, in up to sixteen threads."""
    port = late(lambda: SimpleNamespace(a=1, b=2))
    assert port.a == 1
    lock = vars(port)["_lock"]
    with ThreadPoolExecutor(1) as pool, lock:
        assert pool.submit(lambda: port.b).result(timeout=10) == 2


def test_after_a_failure_the_next_use_builds_it() -> None:
    outcomes: list[Exception | SimpleNamespace] = [OSError("no network"), SimpleNamespace(a=1)]

    def build() -> SimpleNamespace:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    port = late(build)
    with pytest.raises(OSError, match="no network"):
        _ = port.a
    assert port.a == 1
    assert gc.isenabled()


def test_a_missing_attribute_is_that_of_the_object() -> None:
    port = late(lambda: SimpleNamespace(a=1))
    with pytest.raises(AttributeError, match="has no attribute 'b'"):
        _ = port.b


def test_the_collector_rests_while_it_is_built() -> None:
    port = late(lambda: SimpleNamespace(enabled=gc.isenabled()))
    assert not port.enabled
    assert gc.isenabled()


def test_the_collector_runs_again_after_the_outermost_pause() -> None:
    with collector_paused():
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_runs_again_after_a_failed_import() -> None:
    frozen = gc.get_freeze_count()
    with pytest.raises(ImportError), imports_of_main():
        raise ImportError
    assert gc.isenabled()
    assert frozen == gc.get_freeze_count()


def test_what_main_imports_is_exempt_from_collections() -> None:
    program = (
        "import gc; from csvgate.runtime.fast_imports import imports_of_main\n"
        "with imports_of_main(): import csvgate.protocol.events\n"
        "print(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True True\n"
