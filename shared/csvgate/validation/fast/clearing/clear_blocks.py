"""Clears the blocks of a file one after the other, or ahead of their use in other threads."""

from collections.abc import Generator, Iterator, Sequence

from csvgate.validation.fast.block_records import FramedBlock
from csvgate.validation.fast.clearing.clear_ahead import ClearAhead
from csvgate.validation.fast.clearing.cleared_block import ClearedBlock
from csvgate.validation.fast.kernels.column import Kernel
from csvgate.validation.fast.kernels.validated_columns import ValidatedColumns
from csvgate.validation.fast.table import CellSplitter


def clear_blocks(
    blocks: Iterator[FramedBlock],
    splitter: CellSplitter,
    kernels: Sequence[Kernel],
    processors: int,
) -> Generator[ClearedBlock, None, None]:
    """Yield the blocks in order, with their columns cleared by the kernels of their fields. The
    result and the errors do not depend on the number of `processors`. With more than one, up to
    AHEAD blocks more are in memory, and the caller must close this generator."""
    if processors > 1:
        yield from ClearAhead(blocks, splitter, kernels, processors - 1).blocks()
        return
    for framed in blocks:
        table = splitter.split(framed)
        yield ClearedBlock(framed, table, ValidatedColumns.of(table, kernels))
