"""Files to validate with several processors, and what they use in one thread at a time."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

pytest.importorskip("pyarrow")


from csvgate.validation.batch import Batch
from csvgate.validation.fast import block_validator
from csvgate.validation.fast.kernels import choose
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
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
"""A timeout that only a deadlock reaches."""


def rows(count: int) -> bytes:
    """Return rows, some of which repeat a key or have a cell with a fault."""
    texts = ("a", "b", "c", "x")
    return b"".join(
        f"{n * n % (count + 1)},{texts[n % 7 % 4]},{n % 10}.5\n".encode() for n in range(count)
    )


def seen(batch: Batch, rules: Any) -> tuple[object, ...]:
    """Return everything in a batch that may not depend on the number of processors."""
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


class Spy:
    """A kernel that asserts that one thread at a time uses it, in the order of the file."""

    def __init__(self, kernel: Any, fails_at: int | None = None) -> None:
        self._kernel = kernel
        self._lock = threading.Lock()
        self._fails_at = fails_at
        self.threads = set[str]()
        self.cells = list[bytes]()

    @property
    def is_busy(self) -> bool:
        return self._lock.locked()

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


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)
