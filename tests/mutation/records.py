"""Bugs in finding records: lines, blocks, encodings."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final

import numpy as np

from csvgate.csv import encodings, lines
from csvgate.csv.lines import read_at_least
from csvgate.csv.records import Framer, Record
from csvgate.rejects import corrections
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.fast import row_reader
from csvgate.validation.fast.batcher import Batcher
from csvgate.validation.fast.block_records import BlockFramer, FramedBlock
from csvgate.validation.fast.structural_index import StructuralIndex
from mutation.mutant import Mutant
from simulate.world.swap import swapped
from unit.csv import test_encodings
from unit.rejects import test_corrected_lines, test_rejects
from unit.validation.fast.framing import test_batcher, test_lines


def _crlf_counts_twice_after_blocks() -> AbstractContextManager[Any]:
    original = StructuralIndex.lines_before

    def lines_before(self: StructuralIndex, positions: Any) -> Any:
        text = self._text
        returns = np.flatnonzero((text[:-1] == 13) & (text[1:] == 10))
        inside = returns[np.searchsorted(self._quotes, returns) & 1 == 1]
        return original(self, positions) + np.searchsorted(inside, positions)

    return swapped(StructuralIndex, "lines_before", lines_before)


def _crlf_at_a_border_counts_twice() -> AbstractContextManager[Any]:
    def blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
        size = lines._BLOCK_BYTES
        for piece in pieces:
            yield from (piece[at : at + size] for at in range(0, len(piece), size))

    return swapped(lines, "_blocks", blocks)


def _last_line_of_a_record() -> AbstractContextManager[Any]:
    """A record of several lines is reported for its last line."""
    original = Framer._read_further_lines

    def read(self: Framer, number: int, *args: Any) -> Record:
        found = original(self, number, *args)
        return found._replace(line=self.line - 1) if found.cells else found

    return swapped(Framer, "_read_further_lines", read)


def _last_line_of_a_record_in_blocks() -> AbstractContextManager[Any]:
    original = BlockFramer.frame

    def frame(self: BlockFramer, block: Any, line: int) -> FramedBlock:
        found = original(self, block, line)
        following = np.append(found.lines[1:], found.next_line) - 1
        return found._replace(lines=np.maximum(found.lines, following))

    return swapped(BlockFramer, "frame", frame)


def _correction_counts_crlf_twice() -> AbstractContextManager[Any]:
    def count(data: bytes) -> int:
        return data.count(b"\n") + data.count(b"\r")

    return swapped(corrections, "_count_lines", count)


def _rest_is_not_converted() -> AbstractContextManager[Any]:
    """After the first window, the bytes of a file in Windows-1252 pass as they are."""
    original = encodings._from_bytes

    def convert(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
        rest = iter(pieces)
        yield from original([next(rest, b"")], encoding)
        yield from rest

    return swapped(encodings, "_from_bytes", convert)


def _piece_decides_on_encoding() -> AbstractContextManager[Any]:
    original = read_at_least
    return swapped(encodings, "read_at_least", lambda pieces, size: original(pieces, 1))


def _terminators_become_line_feeds() -> AbstractContextManager[Any]:
    original = row_reader._without_terminator

    def without_terminator(data: bytes) -> tuple[bytes, bytes]:
        raw, terminator = original(data)
        return raw, b"\n" if terminator else b""

    return swapped(row_reader, "_without_terminator", without_terminator)


def _batch_counts_of_block() -> AbstractContextManager[Any]:
    """A batch counts only the rows of its last block."""
    original = Batcher._append

    def append(self: Batcher, block: Any, start: int, end: int, *args: Any) -> None:
        original(self, block, start, end, *args)
        self._rows = end - start

    return swapped(Batcher, "_append", append)


def _faults_of_a_batch_are_kept() -> AbstractContextManager[Any]:
    original = Batcher._batch

    def batch(self: Batcher) -> Any:
        faults = self._faults
        found = original(self)
        self._faults = min(faults, self._limits.faults - 1)
        return found

    return swapped(Batcher, "_batch", batch)


def _mark_in_the_reject_file_is_utf8() -> AbstractContextManager[Any]:
    original = RejectFile.render

    def render(self: RejectFile, batch: Any) -> bytes:
        header = replace(batch.header, mark=bytes(batch.header.mark))
        return original(self, replace(batch, header=header))

    return swapped(RejectFile, "render", render)


_BLOCKS: Final = (test_lines.test_blocks_of_any_size,)
_RULES: Final = (test_lines.test_lines_split_in_blocks_of_any_size,)
_ENCODING: Final = (test_encodings.test_a_file_has_one_encoding_up_to_its_end,)

RECORDS: dict[str, Mutant] = {
    "a CRLF in quotes is counted twice after a block": Mutant(
        _crlf_counts_twice_after_blocks, _BLOCKS
    ),
    "a CRLF is counted twice at a block's border": Mutant(_crlf_at_a_border_counts_twice, _RULES),
    "a record of several lines has its last line": Mutant(_last_line_of_a_record, _RULES),
    "a record of several lines in a block has its last line": Mutant(
        _last_line_of_a_record_in_blocks, _BLOCKS
    ),
    "a correction counts a CRLF in a cell twice": Mutant(
        _correction_counts_crlf_twice, (test_corrected_lines.test_rows_of_several_lines,)
    ),
    "the encoding changes after the first window": Mutant(_rest_is_not_converted, _ENCODING),
    "the first piece decides on the encoding": Mutant(
        _piece_decides_on_encoding, (test_encodings.test_later_pieces_help_to_decide,)
    ),
    "rejected rows lose their carriage returns": Mutant(_terminators_become_line_feeds, _BLOCKS),
    "a batch counts the rows of its last block": Mutant(
        _batch_counts_of_block, (test_batcher.test_each_batch_counts_from_zero,)
    ),
    "a batch counts the faults of the batch before": Mutant(
        _faults_of_a_batch_are_kept, (test_batcher.test_each_batch_counts_from_zero,)
    ),
    "a reject file loses the encoding of its file": Mutant(
        _mark_in_the_reject_file_is_utf8,
        (test_rejects.test_words_that_the_encoding_lacks_are_replaced,),
    ),
}
