"""Divides a framed block into parts of few enough rows.

Four MiB can hold two million rows. If all of them are faulty, their faults take 2 GB and half a
minute, long after the upload is certainly refused. The parts bound what is judged at a time.
"""

from collections.abc import Iterator
from typing import Final

from csvgate.validation.fast.block_records import FramedBlock

MOST_ROWS: Final = 100_000
"""Rows that are validated at a time. Blocks of rows of more than 40 bytes have fewer; for shorter
ones the calls to numpy for each part cost little compared with so many rows."""


def parts(framed: FramedBlock, most_rows: int = MOST_ROWS) -> Iterator[FramedBlock]:
    """Yield the records of the block in order, in parts of at most `most_rows`. Each part refers
    to the whole block's bytes and separators."""
    total = len(framed.starts)
    if total <= most_rows:
        yield framed
        return
    for start in range(0, total, most_rows):
        end = min(start + most_rows, total)
        yield framed._replace(
            starts=framed.starts[start:end],
            ends=framed.ends[start:end],
            lines=framed.lines[start:end],
            sizes=framed.sizes[start:end],
            firsts=framed.firsts[start:end],
            lasts=framed.lasts[start:end],
            framer_records={
                index - start: record
                for index, record in framed.framer_records.items()
                if start <= index < end
            },
        )
