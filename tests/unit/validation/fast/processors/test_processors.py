"""Several processors give the batches, chunks and errors of one, and use the stream and the kernels
in one thread at a time."""

import gzip
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from bench.shapes.registry import SHAPES
from bench.shapes.shape import Shape, write

from csvgate.csv.compression import decompress
from csvgate.csv.work import counted
from csvgate.runtime.errors import Transient
from csvgate.validation.validate import validate
from unit.validation.fast.files import Most, contracts, files
from unit.validation.fast.threads import KEY, RULES, SECONDS, SIZES, outcome, rows, seen, spied
from unit.validation.files import cut

pytestmark = pytest.mark.usefixtures("no_thread_is_left")


def assert_same(pieces: Callable[[], Iterable[bytes]], rules: Any = RULES, **options: Any) -> Any:
    options = SIZES | options
    with counted() as work:
        expected = outcome(pieces, rules, **options)
    for processors in (2, 3):
        with counted() as other:
            assert expected == outcome(pieces, rules, processors=processors, **options)
        if not expected[1]:
            # Blocks that an error prevents from being used may have been cleared.
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
