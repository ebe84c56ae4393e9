"""Several processors give the batches, chunks and errors of one, leave no thread behind, and use
whatever belongs to one thread in one thread at a time."""

import gc
import gzip
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

import pyarrow as pa
from bench.shapes.registry import SHAPES
from bench.shapes.shape import Shape, write

from csvgate.csv.compression import decompress
from csvgate.csv.work import WORK, Work, counted
from csvgate.runtime.errors import Transient
from csvgate.unique.column_hash import hash_column
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.batch import Batch
from csvgate.validation.fast import block_validator
from csvgate.validation.fast.clearing.clear_ahead import AHEAD
from csvgate.validation.fast.clearing.lazy_property import lazy_property
from csvgate.validation.fast.kernels import choose
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.validation.fast.files import Most, contracts, files
from unit.validation.files import contract, cut

KEY = bytes(32)
RULES = contract(
    {"name": "id", "type": "integer", "constraints": {"unique": True}},
    {"name": "text", "constraints": {"enum": ["a", "b", "c"]}},
    {"name": "amount", "type": "number"},
    dialect={"header": False},
)
SIZES: dict[str, Any] = {"vector_bytes": 1, "block_bytes": 400, "chunk_bytes": 1_000}
SECONDS = 20.0
"""Longer than anything here takes; whoever waits so long waits for ever."""


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def rows(count: int) -> bytes:
    """Some of them repeat a key, or have a cell that is not valid."""
    texts = ("a", "b", "c", "x")
    return b"".join(
        f"{n * n % (count + 1)},{texts[n % 7 % 4]},{n % 10}.5\n".encode() for n in range(count)
    )


def seen(batch: Batch, rules: Any) -> tuple[object, ...]:
    """All that there is to know about a batch."""
    from csvgate.chunks.arrow import encode

    chunks = [(chunk.data, chunk.rows) for chunk in encode(batch, rules)]
    return batch.rows_read, [int(line) for line in batch.lines], chunks, batch.rejected


def outcome(
    pieces: Callable[[], Iterable[bytes]], rules: Any = RULES, **options: Any
) -> tuple[list[tuple[object, ...]], str]:
    """Return the batches, and the exception that ended them."""
    found = list[tuple[object, ...]]()
    with closing(validate(pieces(), rules, hash_key=KEY, **options)) as batches:
        try:
            for batch in batches:
                found.append(seen(batch, rules))
        except FileFault as error:
            return found, repr(error.fault)
        except Exception as error:  # noqa: BLE001 - compared by the caller
            return found, repr(error)
    return found, ""


def assert_same(pieces: Callable[[], Iterable[bytes]], rules: Any = RULES, **options: Any) -> Any:
    options = SIZES | options
    with counted() as work:
        expected = outcome(pieces, rules, **options)
    for processors in (2, 3):
        with counted() as other:
            assert expected == outcome(pieces, rules, processors=processors, **options)
        if not expected[1]:
            # Before an error, blocks may have been cleared that nobody wants.
            counts = (work.scanned, work.framed, work.judged)
            assert counts == (other.scanned, other.framed, other.judged)
    return expected


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_file(data: st.DataObject) -> None:
    rules, cells = data.draw(contracts())
    file = data.draw(files(rules, cells))
    sizes = data.draw(st.lists(st.integers(0, 50), max_size=5))
    chunk_bytes = data.draw(st.sampled_from([1, 20, 60, 300, 10_000]))
    block_bytes = data.draw(st.sampled_from([1, 10, 40, 100, 400, 10_000]))
    assert_same(
        lambda: cut(file, sizes),
        rules,
        chunk_bytes=chunk_bytes,
        block_bytes=block_bytes,
        references=[Most()] * len(rules.schema_.foreign_keys),
    )


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_the_shapes_of_the_bench(shape: Shape, tmp_path: Path) -> None:
    made = write(shape, tmp_path, 1_500)
    data = made.path.read_bytes()

    def pieces() -> Iterator[bytes]:
        return decompress(cut(data, [10_000] * (len(data) // 10_000)))

    found, _ = assert_same(pieces, shape.contract(), block_bytes=20_000, chunk_bytes=70_000)
    assert 1_500 == sum(count for count, *_ in found)
    assert len(found) > 1


@pytest.mark.usefixtures("hasty")
def test_threads_that_take_turns_often() -> None:
    data = rows(4_000)
    for _ in range(3):
        found, _ = assert_same(lambda: cut(data, [300] * 100))
        assert len(found) > 30


def packed(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9, 0.999])
def test_a_damaged_file_fails_after_the_batches_before_the_damage(at: float) -> None:
    data = packed(rows(5_000))
    cut_short = data[: int(at * len(data))]
    broken = bytearray(data)
    broken[int(at * len(data))] ^= 0x55
    for file in (cut_short, bytes(broken)):
        _, error = assert_same(lambda file=file: decompress(cut(file, [100] * 1_000)))  # type: ignore[misc]
        assert "file.gzip" in error or file is not cut_short


def failing(after: int, error: BaseException) -> Iterator[bytes]:
    yield from (rows(2_000)[at : at + 97] for at in range(0, after, 97))
    raise error


@pytest.mark.parametrize("after", [0, 97, 5_000, 15_000])
@pytest.mark.parametrize("error", [Transient("storage.x", "m"), ValueError("x"), MemoryError()])
def test_what_reading_raises_arrives_after_the_batches_before(
    after: int, error: BaseException
) -> None:
    found, raised = assert_same(lambda: failing(after, error))
    assert repr(error) == raised
    assert (len(found) > 2) == (after > 4_000)


@pytest.mark.parametrize("processors", [2, 3])
def test_an_error_waits_for_its_turn(processors: int) -> None:
    """The blocks before it are used, also if reading has failed long before."""
    error, failed = Transient("storage.x", "m"), threading.Event()

    def pieces() -> Iterator[bytes]:
        yield from cut(rows(180), [97] * 20)
        failed.set()
        raise error

    sizes = SIZES | {"chunk_bytes": 1}
    expected = outcome(pieces, **sizes)
    failed.clear()
    found = list[tuple[object, ...]]()
    with closing(
        validate(pieces(), RULES, processors=processors, hash_key=KEY, **sizes)
    ) as batches:

        def consume() -> None:
            for batch in batches:
                found.append(seen(batch, RULES))
                if sum(len(lines) for _, lines, *_ in found) > 60:  # type: ignore[arg-type,misc]
                    assert failed.wait(SECONDS)

        with pytest.raises(Transient):
            consume()
    assert expected == (found, repr(error))


class Spy:
    """A kernel that asserts that one thread at a time uses it, in the order of the file."""

    def __init__(self, kernel: Any, fails_at: int | None = None) -> None:
        self._kernel = kernel
        self._lock = threading.Lock()
        self._fails_at = fails_at
        self.threads = set[str]()
        self.cells = list[bytes]()

    def clear(self, cells: Any) -> Column:
        assert self._lock.acquire(blocking=False), "two threads use a kernel"
        try:
            self.threads.add(threading.current_thread().name)
            self.cells += [cells.cell(at) for at in range(len(cells))]
            if self._fails_at is not None and len(self.cells) > self._fails_at:
                raise RuntimeError(f"kernel {self._fails_at}")
            time.sleep(0.0005)  # so that another thread can take over
            column: Column = self._kernel.clear(cells)
            return column
        finally:
            self._lock.release()


@contextmanager
def spied(*fails_at: int | None) -> Iterator[list[Spy]]:
    spies = list[Spy]()
    kernels_of = choose.kernels_of

    def spying(*args: Any, **options: Any) -> Any:
        found = kernels_of(*args, **options)
        limits = fails_at or [None] * len(found)
        spies[:] = [Spy(kernel, limit) for kernel, limit in zip(found, limits, strict=True)]
        return spies

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block_validator, "kernels_of", spying)
        yield spies


def test_a_kernel_is_used_by_one_thread_at_a_time_in_the_order_of_the_file() -> None:
    data = rows(2_000)
    columns = list(zip(*(line.split(b",") for line in data.splitlines()), strict=True))
    with spied() as spies:
        outcome(lambda: [data], processors=3, **SIZES)
    assert columns == [tuple(spy.cells) for spy in spies]
    threads = set.union(*(spy.threads for spy in spies))
    assert any(name.startswith("csvgate-blocks") for name in threads)
    assert "MainThread" in threads, "the thread that waits for a block takes a part in it"


@pytest.mark.parametrize("fails_at", [(None, 900, 300), (300, None, 300), (None, None, 1)])
def test_what_a_kernel_raises_arrives_after_the_batches_before(
    fails_at: tuple[int | None, ...],
) -> None:
    data, found = rows(2_000), []
    for processors in (1, 2, 3):
        with spied(*fails_at):
            found.append(outcome(lambda: [data], processors=processors, **SIZES))
    assert found[0] == found[1] == found[2]
    assert f"kernel {min(filter(None, fails_at))}" in found[0][1]


class Stream:
    """Pieces that one thread may read at a time, and nobody after `closed` is set."""

    def __init__(self, data: bytes, size: int = 97, pause: float = 0) -> None:
        self._pause = pause
        self._pieces = cut(data, [size] * (len(data) // size))
        self._lock = threading.Lock()
        self.read = 0
        self.threads = set[str]()
        self.closed = False

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> bytes:
        assert self._lock.acquire(blocking=False), "two threads read a stream"
        try:
            assert not self.closed
            self.threads.add(threading.current_thread().name)
            piece = next(self._pieces)
            time.sleep(self._pause)
            self.read += len(piece)
            return piece
        finally:
            self._lock.release()


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


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


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


def test_one_processor_starts_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise AssertionError("a thread is started")

    monkeypatch.setattr(threading.Thread, "start", start)
    data = rows(2_000)
    assert 2_000 == sum(batch.rows_read for batch in validate([data], RULES, **SIZES))
    small = validate([data], RULES, processors=2, **SIZES | {"vector_bytes": len(data) + 1})
    assert 2_000 == sum(batch.rows_read for batch in small)


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
