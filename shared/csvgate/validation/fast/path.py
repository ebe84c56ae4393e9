"""The way through a file: blocks framed, split, judged, cut into batches."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

import numpy as np

from csvgate.contracts.model import Contract
from csvgate.csv.header import Header
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import MAX_RECORD_BYTES, Framer
from csvgate.references.keys import KeySets
from csvgate.validation.batch import Batch, Limits
from csvgate.validation.fast.batcher import Batcher
from csvgate.validation.fast.block_records import BlockFramer, Framed
from csvgate.validation.fast.blocks import Blocks
from csvgate.validation.fast.judge import Judge

_RECORDS_AT_ONCE: Final = 4096
_KEPT_BYTES: Final = 24 * 1024 * 1024


def vector_batches(
    pieces: Iterable[bytes],
    line: int,
    contract: Contract,
    header: Header,
    limits: Limits,
    references: KeySets,
    block_bytes: int,
) -> Iterator[Batch]:
    """The batches of the records in `pieces`, which start at a record's start, on that line."""
    _keep_memory()
    judge, cutter = Judge(contract, header, references), Batcher(header, limits)
    for framed in _framed(pieces, line, contract, block_bytes):
        yield from cutter.add(judge.judge(framed))
    yield from cutter.rest()


def _keep_memory() -> None:
    """Every block takes and gives back the same few MB; by default the C library returns them to
    the system each time, which has to clear them again. Once it has freed a piece as large as this,
    it keeps twice as much (mallopt(3), M_MMAP_THRESHOLD). Nothing is written to the piece."""
    np.empty(_KEPT_BYTES, np.uint8)


def _framed(
    pieces: Iterable[bytes], line: int, contract: Contract, block_bytes: int
) -> Iterator[Framed]:
    grammar = Grammar(contract.dialect)
    blocks, framer = Blocks(pieces, block_bytes), BlockFramer(grammar)
    kept = b""
    while block := blocks.next(kept, 2 * MAX_RECORD_BYTES):
        framed = framer.frame(block, line)
        line, kept = framed.next_line, block.data[framed.used : block.end]
        if len(framed.starts):
            yield framed
        if block.last:
            return
    # A line without an end that is near: perhaps a file of \r only.
    rest = chain([kept], blocks.remainder())
    records = Framer(rest, grammar, line=line).records()
    while some := list(islice(records, _RECORDS_AT_ONCE)):
        yield Framed.of_read(some)
