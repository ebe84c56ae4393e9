"""Other threads read a few blocks ahead, and end with the generator, however that ends."""

import gc
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa

from csvgate.validation.fast.clearing.clear_ahead import AHEAD, ClearAhead
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.validate import validate
from unit.validation.fast.threads import (
    RULES,
    SECONDS,
    SIZES,
    Stream,
    outcome,
    rows,
    spied,
    wait_until,
)
from unit.validation.files import cut

pytestmark = pytest.mark.usefixtures("no_thread_is_left")


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("batches", [0, 1, 2, 7])
def test_a_generator_that_is_closed_leaves_the_stream_alone(batches: int) -> None:
    for _ in range(10):
        stream = Stream(rows(3_000))
        found = validate(stream, RULES, processors=3, **SIZES)
        for _ in range(batches):
            next(found)
        found.close()
        stream.closed = True
        read = stream.read
        assert (read > 0) == (batches > 0)
        assert 1 == len({*threading.enumerate()} - {*before_threads()})
        stream.closed = False
        assert len(rows(3_000)) - read == sum(map(len, stream))


def before_threads() -> Iterable[threading.Thread]:
    """The threads that do not belong to csvgate; the main thread does here."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.name.startswith("csvgate"):
            yield thread


def test_a_generator_that_is_forgotten_ends_its_threads() -> None:
    found = validate(Stream(rows(3_000)), RULES, processors=3, **SIZES)
    next(found)
    del found


def test_a_generator_that_a_helper_collects_as_garbage() -> None:
    """The garbage collector may close the generator in any thread, even in the one that the
    generator waits for."""
    collected, held = threading.Event(), threading.Event()

    def pieces() -> Iterator[bytes]:
        for number, piece in enumerate(cut(rows(3_000), [97] * 100)):
            # Behind the first batch, but not further ahead than a helper reads.
            if number == 20:
                assert threading.current_thread() is not threading.main_thread()
                assert held.wait(SECONDS)
                gc.collect()
                collected.set()
            yield piece

    class Cycle:
        pass

    gc.disable()
    try:
        cycle = Cycle()
        cycle.found = validate(pieces(), RULES, processors=2, **SIZES)  # type: ignore[attr-defined]
        cycle.itself = cycle  # type: ignore[attr-defined]
        next(cycle.found)  # type: ignore[attr-defined]
        del cycle
        held.set()
        assert collected.wait(SECONDS)
    finally:
        gc.enable()
    wait_until(lambda: not any("csvgate" in thread.name for thread in threading.enumerate()))


def test_a_consumer_that_fails_leaves_no_thread() -> None:
    def consume() -> None:
        with closing(validate(Stream(rows(3_000)), RULES, processors=3, **SIZES)) as found:
            for number, _ in enumerate(found):
                1 // (2 - number)

    with pytest.raises(ZeroDivisionError):
        consume()
    assert not [each for each in threading.enumerate() if each.name.startswith("csvgate")]


def test_only_some_blocks_are_read_ahead() -> None:
    """However long the consumer takes."""
    stream = Stream(rows(20_000))
    # A batch for each block.
    with closing(validate(stream, RULES, processors=3, **SIZES | {"chunk_bytes": 1})) as found:
        next(found)
        wait_until(lambda: stream.read > (1 + AHEAD) * 400)
        time.sleep(0.1)
        assert stream.read < (3 + AHEAD) * 400
    assert any(name.startswith("csvgate-blocks") for name in stream.threads)


def test_the_blocks_ahead_are_cleared_while_the_consumer_has_a_batch() -> None:
    """Each time that a block is used, another one follows."""
    row = b"1000,a,1.5\n"
    # A block and a batch have 36 rows.
    sizes = SIZES | {"chunk_bytes": 36 * len(row), "block_bytes": 36 * len(row)}
    used = 0
    with (
        spied() as spies,
        closing(validate([row * 2_000], RULES, processors=2, **sizes)) as found,
    ):
        for _ in range(5):
            used += next(found).rows_read
            cells = 36 * AHEAD + used
            wait_until(lambda cells=cells: all(len(spy.cells) == cells for spy in spies))  # type: ignore[misc]
            # The helper ends, because nothing is left to do for it.
            time.sleep(0.02)
    assert 5 * 36 == used


def test_closing_waits_for_one_block_at_most() -> None:
    stream = Stream(rows(3_000), pause=0.002)
    with closing(validate(stream, RULES, processors=2, **SIZES)) as found:
        next(found)
        read = stream.read
    assert stream.read <= read + 400 + 2 * 97


@pytest.mark.parametrize("processors", [2, 3])
def test_closing_ends_a_reading_of_which_nothing_is_used(
    processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No kernel clears what was read meanwhile, and no helper fails."""
    row, under_way, closing_now = b"1000,a,1.5\n", threading.Event(), threading.Event()
    failures = list[BaseException]()
    help_ = ClearAhead._help

    def watched(self: ClearAhead) -> None:
        try:
            help_(self)
        except BaseException as error:
            failures.append(error)
            raise

    def pieces() -> Iterator[bytes]:
        for number in range(60):
            if number > 15 and threading.current_thread() is not threading.main_thread():
                under_way.set()
                assert closing_now.wait(SECONDS)
            yield row * 36

    monkeypatch.setattr(ClearAhead, "_help", watched)
    sizes = SIZES | {"chunk_bytes": 36 * len(row), "block_bytes": 36 * len(row)}
    with spied() as spies:
        found = validate(pieces(), RULES, processors=processors, **sizes)
        while not under_way.wait(0.02):
            next(found)
        # Until all that was read before is cleared.
        wait_until(lambda: not any(spy.is_busy for spy in spies))
        time.sleep(0.1)
        before = [len(spy.cells) for spy in spies]
        later = threading.Timer(0.1, closing_now.set)
        later.start()
        found.close()
        later.join()
        assert before == [len(spy.cells) for spy in spies]
    assert [] == failures


def test_without_another_thread_this_one_does_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    expected = outcome(lambda: [rows(2_000)], **SIZES)
    monkeypatch.setattr(threading.Thread, "start", start)
    assert expected == outcome(lambda: [rows(2_000)], processors=3, **SIZES)


def test_an_interrupt_does_not_wait_for_its_turn() -> None:
    """It belongs to no block, but may arrive while the second block is cleared and the first is
    not finished."""
    helper_clears, interrupted = threading.Event(), threading.Event()

    def clear(block: int) -> Column:
        if threading.current_thread() is not threading.main_thread():
            helper_clears.set()
            assert interrupted.wait(SECONDS)
        elif block == 1:
            interrupted.set()
            raise KeyboardInterrupt
        else:
            # The helper then has another column of the first block, and has read the second one.
            assert helper_clears.wait(SECONDS)
        return Column(pa.nulls(0), None)

    kernels: Any = [SimpleNamespace(clear=clear)] * 3
    splitter: Any = SimpleNamespace(
        split=lambda block: SimpleNamespace(columns=[block] * 3, rows=0)
    )
    source: Any = iter(range(10))
    found = ClearAhead(source, splitter, kernels, 1).blocks()
    with pytest.raises(KeyboardInterrupt):
        next(found)


def test_one_processor_starts_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise AssertionError("a thread is started")

    monkeypatch.setattr(threading.Thread, "start", start)
    data = rows(2_000)
    assert 2_000 == sum(batch.rows_read for batch in validate([data], RULES, **SIZES))
    small = validate([data], RULES, processors=2, **SIZES | {"vector_bytes": len(data) + 1})
    assert 2_000 == sum(batch.rows_read for batch in small)
