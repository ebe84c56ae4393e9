"""The vectorised path through a file: blocks are framed, validated and cut into batches."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Final

import numpy as np

from csvgate.contracts.model import Contract
from csvgate.csv.header import Header
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import MAX_RECORD_BYTES, Framer
from csvgate.references.keys import KeySets
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.batch import Batch, Limits, cells_of_row
from csvgate.validation.fast.batcher import Batcher
from csvgate.validation.fast.block_records import BlockFramer, FramedBlock
from csvgate.validation.fast.block_validator import BlockValidator
from csvgate.validation.fast.blocks import BlockReader
from csvgate.validation.fast.clearing.clear_blocks import clear_blocks
from csvgate.validation.judge import Judge

_RECORDS_AT_ONCE: Final = 4096
MOST_ROWS: Final = 100_000
"""Rows that are validated at once. A block of rows of two bytes could have two million; if all of
them are faulty, an upload that is certainly refused should not wait for the last of them."""
_MAX_CELLS: Final = 512 * 1024
"""Cells that are validated at once. A block has fewer unless its cells are shorter than 8 bytes;
then it could have millions, and a fault in each of them would take gigabytes."""
_KEPT_BYTES: Final = 24 * 1024 * 1024


def vector_batches(
    pieces: Iterable[bytes],
    line: int,
    contract: Contract,
    header: Header,
    limits: Limits,
    references: KeySets,
    keyed: KeyedHash,
    block_bytes: int,
    processors: int,
    judge: Judge | None = None,
) -> Iterator[Batch]:
    """Yield the batches of the records in `pieces`, which begin on the physical line `line`. With
    more than one of the `processors`, other threads read `pieces` until the generator is closed."""
    _keep_memory()
    validator = BlockValidator(contract, header, references, keyed, judge)
    batcher = Batcher(header, limits)
    cells = max(header.width, cells_of_row(contract.schema_, header))
    most = max(1, min(MOST_ROWS, _MAX_CELLS // cells))
    blocks = _framed_blocks(pieces, line, contract, block_bytes)
    parts = (part for framed in blocks for part in framed.parts(most))
    cleared = clear_blocks(parts, validator.splitter, validator.kernels, processors)
    with closing(cleared):
        for block in cleared:
            yield from batcher.add(validator.validate(block))
    yield from batcher.rest()


def _keep_memory() -> None:
    """Make the C library keep freed memory instead of returning it to the system.

    Every block allocates and frees the same few MiB, and the system would have to clear them again
    each time. Once the library has freed a piece of this size, it keeps up to twice as much
    (mallopt(3), M_MMAP_THRESHOLD). The piece is never written, so it takes no memory itself."""
    np.empty(_KEPT_BYTES, np.uint8)


def _framed_blocks(
    pieces: Iterable[bytes], line: int, contract: Contract, block_bytes: int
) -> Iterator[FramedBlock]:
    grammar = Grammar.of(contract)
    reader, framer = BlockReader(pieces, block_bytes), BlockFramer(grammar)
    leftover = b""
    while block := reader.next(leftover, 2 * MAX_RECORD_BYTES):
        framed = framer.frame(block, line)
        line, leftover = framed.next_line, block.data[framed.used : block.end]
        if len(framed.starts):
            yield framed
        if block.last:
            return
    # The next line feed is far away: perhaps the file's lines end with \r alone.
    rest = chain([leftover], reader.remainder())
    records = Framer(rest, grammar, line=line).records()
    while some := list(islice(records, _RECORDS_AT_ONCE)):
        yield FramedBlock.of_records(some)
