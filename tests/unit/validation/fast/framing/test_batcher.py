"""Validated blocks are cut into batches where one of the limits is reached."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from csvgate.csv.header import header_by_position
from csvgate.validation.batch import Batch, Limits, RejectedRow
from csvgate.validation.fast.batcher import Batcher
from csvgate.validation.fast.block_validator import ValidatedBlock
from csvgate.validation.faults import Fault
from unit.validation.files import contract

HEADER = header_by_position(contract("a"), b"")
PLENTY = Limits(size=1_000_000, rows=1_000_000, faults=1_000_000)


class Row(NamedTuple):
    size: int = 10
    faults: int = 0


class Cut(NamedTuple):
    """The number of rows of a batch, lines and values of the valid ones, lines of the others."""

    rows: int
    valid: list[tuple[int, Any]]
    rejected: list[int]


def validated(rows: Sequence[Row], line: int, *, coded: bool = False) -> ValidatedBlock:
    """A block whose rows are on consecutive lines; the value of each is its line as text."""
    lines = range(line, line + len(rows))
    valid = [at for at, row in zip(lines, rows, strict=True) if not row.faults]
    values = pa.array([str(at) for at in valid], pa.string())
    return ValidatedBlock(
        np.array([row.size for row in rows], np.int64),
        np.array([row.faults for row in rows], np.int64),
        np.array(valid, np.int64),
        [values.dictionary_encode() if coded else values],
        [rejected(at, row.faults) for at, row in zip(lines, rows, strict=True) if row.faults],
    )


def rejected(line: int, faults: int) -> RejectedRow:
    return RejectedRow(line, b"x", b"\n", True, (Fault(line, "a", "type.x", "x", "is x"),) * faults)


def cut(blocks: Sequence[ValidatedBlock], limits: Limits) -> list[Cut]:
    batcher = Batcher(HEADER, limits)
    found = [batch for block in blocks for batch in batcher.add(block)]
    return [shown(batch) for batch in [*found, *batcher.rest()]]


def shown(batch: Batch) -> Cut:
    [values] = batch.columns
    lines = [int(line) for line in pa.array(batch.lines).to_pylist()]
    valid = list(zip(lines, pa.array(values).to_pylist(), strict=True))
    return Cut(batch.rows_read, valid, [row.line for row in batch.rejected])


def expected(rows: Sequence[Row], limits: Limits) -> Iterator[Cut]:
    """Row by row: a batch ends with the row that reaches a limit."""
    found, size, faults = Cut(0, [], []), 0, 0
    for line, row in enumerate(rows, 2):
        valid = [] if row.faults else [(line, str(line))]
        bad = [line] if row.faults else []
        found = Cut(found.rows + 1, found.valid + valid, found.rejected + bad)
        size, faults = size + row.size, faults + row.faults
        if size >= limits.size or found.rows >= limits.rows or faults >= limits.faults:
            yield found
            found, size, faults = Cut(0, [], []), 0, 0
    if found.rows:
        yield found


@given(
    st.lists(
        st.lists(
            st.builds(Row, st.integers(1, 40), st.sampled_from([0, 0, 0, 1, 2, 9])), max_size=9
        ),
        max_size=5,
    ),
    st.builds(Limits, st.integers(1, 120), st.integers(1, 12), st.integers(1, 12)),
)
def test_blocks_make_the_batches_of_their_rows(blocks: list[list[Row]], limits: Limits) -> None:
    rows = [row for block in blocks for row in block]
    starts = np.cumsum([2, *map(len, blocks)]).tolist()
    given_blocks = [validated(b, at) for b, at in zip(blocks, starts, strict=False)]
    assert list(expected(rows, limits)) == cut(given_blocks, limits)


def test_without_rows_there_is_no_batch() -> None:
    assert [] == cut([], PLENTY)
    assert [] == cut([validated([], 2)], PLENTY)


def test_a_batch_ends_with_the_row_that_reaches_the_size() -> None:
    rows = [Row(10), Row(10), Row(10)]
    assert [2, 1] == [c.rows for c in cut([validated(rows, 2)], Limits(20, 99, 99))]
    assert [2, 1] == [c.rows for c in cut([validated(rows, 2)], Limits(11, 99, 99))]
    assert [3] == [c.rows for c in cut([validated(rows, 2)], Limits(30, 99, 99))]
    assert [3] == [c.rows for c in cut([validated(rows, 2)], Limits(31, 99, 99))]


def test_a_row_larger_than_a_batch_is_one() -> None:
    rows = [Row(5), Row(500), Row(5)]
    assert [2, 1] == [c.rows for c in cut([validated(rows, 2)], Limits(10, 99, 99))]


def test_a_batch_goes_on_over_blocks() -> None:
    blocks = [validated([Row(9), Row(9, 1)], 2), validated([Row(9)], 4), validated([Row(9, 3)], 5)]
    found = cut(blocks, Limits(30, 99, 99))
    assert [Cut(4, [(2, "2"), (4, "4")], [3, 5])] == found


def test_one_block_makes_several_batches_and_the_rest_waits() -> None:
    batcher = Batcher(HEADER, Limits(999, 2, 99))
    made = [shown(b).rows for b in batcher.add(validated([Row()] * 5, 2))]
    assert [2, 2] == made
    assert [1] == [shown(b).rows for b in batcher.rest()]


def test_faults_of_rows_fill_a_batch() -> None:
    rows = [Row(1, 2), Row(1), Row(1, 2), Row(1, 1)]
    assert [3, 1] == [c.rows for c in cut([validated(rows, 2)], Limits(99, 99, 4))]


def test_a_batch_of_rejected_rows_has_empty_columns() -> None:
    assert [Cut(2, [], [2, 3])] == cut([validated([Row(1, 1)] * 2, 2)], PLENTY)


def test_dictionary_and_string_columns_are_joined() -> None:
    blocks = [
        validated([Row()], 2, coded=True),
        validated([Row()], 3),
        validated([Row(1, 1)], 4, coded=True),
    ]
    assert [Cut(3, [(2, "2"), (3, "3")], [4])] == cut(blocks, PLENTY)


def test_dictionaries_of_two_blocks_are_joined() -> None:
    blocks = [validated([Row()] * 2, 2, coded=True), validated([Row()] * 2, 4, coded=True)]
    assert [Cut(4, [(n, str(n)) for n in (2, 3, 4, 5)], [])] == cut(blocks, PLENTY)


def test_each_batch_counts_from_zero() -> None:
    """Its rows, bytes and faults, also if it began in an earlier block."""
    blocks = [validated([Row(10, at % 2) for at in range(7)], 2 + 7 * n) for n in range(4)]
    rows = [Row(10, at % 2) for _ in range(4) for at in range(7)]
    for limits in (Limits(999, 999, 3), Limits(50, 999, 99), Limits(999, 5, 99)):
        found = cut(blocks, limits)
        assert list(expected(rows, limits)) == found
        assert len(found) > 3
