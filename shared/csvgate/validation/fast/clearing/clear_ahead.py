"""Reads, frames and clears the next blocks in other threads, while this thread uses one.

There are two kinds of tasks: to read, frame and split the next block, and to clear one column of a
block. The order of the file holds for reading, and for the columns of each field, because a kernel
learns from the blocks before. Any thread may take any task otherwise. The thread that uses the
blocks takes tasks as well while it waits for the next block.

numpy, pyarrow and the decompressors release the lock of the interpreter (the GIL) in their long
calls, so that two threads make use of two processors. A task is everything that a thread does at a
time: it uses what it needs (the stream, or a kernel) alone, and hands it over under a lock.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Condition, get_ident
from typing import Final, Generic, NamedTuple, TypeVar

from csvgate.csv.work import WORK, Work
from csvgate.validation.fast.block_records import FramedBlock
from csvgate.validation.fast.clearing.cleared_block import ClearedBlock
from csvgate.validation.fast.kernels.column import Column, Kernel
from csvgate.validation.fast.kernels.validated_columns import ValidatedColumns
from csvgate.validation.fast.table import CellSplitter, Table

T = TypeVar("T")
AHEAD: Final = 3
"""The most blocks that are read before they are used: enough to keep the other threads busy while
a batch of some blocks is encoded. Each takes about 15 MiB."""
_RESERVE: Final = 2
"""The number of unfinished blocks below which reading comes first, so that threads have columns to
clear."""


class _Block:
    """A block whose columns are being cleared."""

    def __init__(self, framed: FramedBlock, table: Table) -> None:
        self.framed: Final = framed
        self.table: Final = table
        self.found: Final[list[Column | BaseException | None]] = [None] * len(table.columns)
        """The result for each column, or what its kernel raised."""
        self.waiting: Final = list(range(len(table.columns)))
        """The columns that no thread has taken."""
        self.unfinished = len(table.columns)

    def cleared(self) -> ClearedBlock:
        """Return the block when all its columns are finished. Raises what the first kernel, in the
        order of the fields, raised."""
        columns = list[Column]()
        for found in self.found:
            if isinstance(found, BaseException):
                self.found.clear()  # Otherwise the error and the block would refer to each other.
                raise found
            if found is not None:
                columns.append(found)
        return ClearedBlock(self.framed, self.table, ValidatedColumns(columns, self.table.rows))


class _Outcome(Generic[T]):
    """What a call returned or raised."""

    value: T | None = None
    error: BaseException | None = None


class _Task(NamedTuple):
    block: _Block | None
    """None: read the next block."""
    column: int = -1
    """The column of the block to clear."""


_READ: Final = _Task(None)


class ClearAhead:
    """Clears blocks for one thread, which iterates over `blocks()`. It starts up to `helpers` other
    threads."""

    def __init__(
        self,
        blocks: Iterator[FramedBlock],
        splitter: CellSplitter,
        kernels: Sequence[Kernel],
        helpers: int,
    ) -> None:
        self._source: Final = blocks
        self._splitter: Final = splitter
        self._kernels: Final = kernels
        self._most_helpers: Final = helpers
        self._pool: Final = ThreadPoolExecutor(helpers, "csvgate-blocks")
        self._changed: Final = Condition()
        """Guards all attributes below."""
        self._blocks: Final = deque[_Block]()
        """The next blocks in order."""
        self._is_free: Final = [True] * len(kernels)
        """Whether each kernel is not in use."""
        self._is_reading = False
        self._has_ended = False
        """Whether the source has ended, or the consumer has."""
        self._error: BaseException | None = None
        """What reading raised."""
        self._helpers = 0
        """The number of threads of the pool that are at work."""
        self._idents: Final = set[int]()
        """The threads of the pool that were at work."""
        self._work: Final = Work()
        """The work of these threads."""

    def blocks(self) -> Iterator[ClearedBlock]:
        """Yield the blocks. When this generator is closed or fails, no thread is left. What reading
        a block or a kernel raised is raised when it is the turn of this block."""
        try:
            while (cleared := self._next()) is not None:
                yield cleared
                # Its memory is needed for other blocks.
                del cleared
        finally:
            self._close()

    def _next(self) -> ClearedBlock | None:
        while True:
            with self._changed:
                while True:
                    if self._blocks and not self._blocks[0].unfinished:
                        block = self._blocks.popleft()
                        self._call_helpers()
                        return block.cleared()
                    if self._has_ended and not self._blocks:
                        self._raise_error()
                        return None
                    # Reading may have to wait for the network, while the next block is finished.
                    task = self._find_task(0 if self._blocks else 1)
                    if task is not None:
                        break
                    self._changed.wait()
                self._take(task)
                self._call_helpers()
            self._run(task)

    def _raise_error(self) -> None:
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
        finally:
            del error

    def _find_task(self, ahead: int) -> _Task | None:
        """Return the most urgent task that can be done now. It is never to read if `ahead` blocks
        are there already."""
        can_read = not self._is_reading and not self._has_ended and len(self._blocks) < ahead
        if can_read and len(self._blocks) < _RESERVE:
            return _READ
        for block in self._blocks:
            for column in block.waiting:
                # If it is free, no earlier block is waiting for it.
                if self._is_free[column]:
                    return _Task(block, column)
        return _READ if can_read else None

    def _take(self, task: _Task) -> None:
        if task.block is None:
            self._is_reading = True
        else:
            task.block.waiting.remove(task.column)
            self._is_free[task.column] = False

    def _run(self, task: _Task) -> None:
        if task.block is None:
            self._read()
        else:
            self._clear(task.block, task.column)

    def _read(self) -> None:
        outcome = self._attempt(self._read_block)
        with self._changed:
            self._is_reading = False
            if self._has_ended:
                pass  # It was closed meanwhile, so what was read is not needed.
            elif outcome.value is not None:
                self._blocks.append(outcome.value)
            else:
                self._has_ended, self._error = True, outcome.error
            self._report()
        outcome.error = None

    def _read_block(self) -> _Block | None:
        framed = next(self._source, None)
        return None if framed is None else _Block(framed, self._splitter.split(framed))

    def _clear(self, block: _Block, column: int) -> None:
        cells = block.table.columns[column]
        outcome = self._attempt(lambda: self._kernels[column].clear(cells))
        with self._changed:
            block.found[column] = outcome.error or outcome.value
            block.unfinished -= 1
            self._is_free[column] = True
            self._report()
        outcome.error = None

    def _attempt(self, call: Callable[[], T]) -> "_Outcome[T]":
        """Return what the call returns or raises. An interrupt of the thread that uses the blocks
        is raised at once: it belongs to no block. The caller has to drop the error, because the
        error and this frame refer to each other."""
        outcome = _Outcome[T]()
        try:
            outcome.value = call()
        except KeyboardInterrupt as raised:
            if get_ident() not in self._idents:
                raise
            outcome.error = raised
        except BaseException as raised:  # noqa: BLE001 - it is raised again when it is its turn
            outcome.error = raised
        return outcome

    def _report(self) -> None:
        self._changed.notify_all()
        self._call_helpers()

    def _call_helpers(self) -> None:
        """Let another thread of the pool begin, if one is idle and there is something to do."""
        if self._helpers < self._most_helpers and self._find_task(AHEAD) is not None:
            self._helpers += 1
            # If no thread can be started, those that are there do all tasks. The call remains in
            # the queue of the pool.
            with suppress(RuntimeError):
                self._pool.submit(self._help)

    def _help(self) -> None:
        self._idents.add(get_ident())
        while True:
            with self._changed:
                task = self._find_task(AHEAD)
                if task is None:
                    self._helpers -= 1
                    WORK.hand_over_to(self._work)
                    return
                self._take(task)
            self._run(task)

    def _close(self) -> None:
        with self._changed:
            self._has_ended = True
            for block in self._blocks:
                block.waiting.clear()
        # The garbage collector may close a forgotten generator in a thread that would wait for
        # itself.
        self._pool.shutdown(wait=get_ident() not in self._idents)
        WORK.add(self._work)
